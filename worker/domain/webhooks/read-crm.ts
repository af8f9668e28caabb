import type { HubSpotDocument, SalesforceDocument } from "./destination.ts";
import { type Fields, fieldsOf } from "./read-fields.ts";

type Own<T> = Omit<T, "type" | "name" | "enabled" | "filter" | "linkOrigin" | "url">;

/** Internal names of HubSpot's properties. */
const PROPERTY = /^[a-z][a-z0-9_]{0,99}$/;

export function readHubSpot(fields: Fields): Own<HubSpotDocument> {
  const names =
    fields.inner("properties", ["score", "band"], '{"score": "afterglow_score", "band": "afterglow_band"}') ??
    fieldsOf({}, fields.tell, "properties");
  const property = "the internal name of a HubSpot property";
  const deal = fields.inner("deal", ["stage", "pipeline", "name"], '{"stage": "appointmentscheduled"}');
  const task = fields.inner("task", ["subject", "ownerId", "dueInDays"], '{"subject": "Call {name}"}');
  const pipeline = deal?.optionalText("pipeline", 100);
  const ownerId = task?.optionalText("ownerId", 40);
  return {
    token: fields.secret("token", "the access token of a private app"),
    properties: {
      score: names.named("score", PROPERTY, property, "afterglow_score"),
      band: names.named("band", PROPERTY, property, "afterglow_band"),
    },
    traits: fields.texts("traits", PROPERTY, '{"firstname": "firstName"}', {
      firstname: "firstName",
      lastname: "lastName",
      company: "company",
    }),
    ...(deal
      ? {
          deal: {
            stage: deal.text("stage", 100),
            ...(pipeline === undefined ? {} : { pipeline }),
            name: deal.text("name", 200, "{name}: {band}"),
          },
        }
      : {}),
    ...(task
      ? {
          task: {
            subject: task.text("subject", 200, "Call {name}: {band} with {score}"),
            ...(ownerId === undefined ? {} : { ownerId }),
            dueInDays: task.whole("dueInDays", 0, 365, 1),
          },
        }
      : {}),
  };
}

/** API names of Salesforce's fields. */
const FIELD = /^[A-Za-z]\w{0,79}$/;

export function readSalesforce(fields: Fields): Own<SalesforceDocument> {
  const field = 'the API name of a field of leads, such as "Afterglow_Score__c"';
  const externalId =
    fields.inner("externalId", ["field", "from"], '{"field": "Afterglow_Id__c", "from": "ref"}') ??
    fieldsOf({}, fields.tell, "externalId");
  const names =
    fields.inner(
      "fields",
      ["score", "band"],
      '{"score": "Afterglow_Score__c", "band": "Afterglow_Band__c"}',
    ) ?? fieldsOf({}, fields.tell, "fields");
  return {
    clientId: fields.text("clientId", 512),
    clientSecret: fields.secret("clientSecret", "the consumer secret of an external client app"),
    apiVersion: fields.named("apiVersion", /^v\d{2,3}\.0$/, 'a version of the API, such as "v65.0"', "v65.0"),
    externalId: {
      field: externalId.named("field", FIELD, field, "Afterglow_Id__c"),
      from: externalId.text("from", 64, "ref"),
    },
    fields: {
      score: names.named("score", FIELD, field, "Afterglow_Score__c"),
      band: names.named("band", FIELD, field, "Afterglow_Band__c"),
    },
    traits: fields.texts("traits", FIELD, '{"LastName": "lastName"}', {
      Email: "email",
      FirstName: "firstName",
      LastName: "lastName",
      Company: "company",
    }),
    defaults: fields.texts("defaults", FIELD, '{"Company": "Unknown"}', {
      LastName: "Unknown",
      Company: "Unknown",
    }),
  };
}
