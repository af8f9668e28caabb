import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Ajv, type ValidateFunction } from "ajv";

import type { Received, Reply } from "./receiver.ts";

/** Where HubSpot's published descriptions lie, beside the repository; `SPECS_DIR` names another place. */
const FOLDER = process.env["SPECS_DIR"] ?? fileURLToPath(new URL("../../../shared/specs", import.meta.url));
const FILES = ["hubspot-contacts-2026-03.json", "hubspot-deals-2026-03.json", "hubspot-tasks-2026-03.json"];

type Schema = object;

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

interface Spec {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/**
 * HubSpot as its own API descriptions have it: a request that they do not allow is answered 400, and each answer is
 * held against them too. It remembers contacts by their e-mail. `undefined` where the descriptions are not there.
 */
export function hubSpotBySpec(): ((request: Received, path: string) => Reply) | undefined {
  const texts = FILES.map((file) => {
    try {
      return readFileSync(`${FOLDER}/${file}`, "utf8");
    } catch {
      return undefined;
    }
  });
  const specs = texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Spec]));
  if (specs.length < FILES.length) return undefined;
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
  specs.forEach((spec, i) => ajv.addSchema(spec, `spec-${i}`));
  const ids = new Map<string, string>();
  let made = 0;

  function find(method: string, path: string) {
    for (const [i, { paths }] of specs.entries()) {
      for (const [template, methods] of Object.entries(paths)) {
        const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
        const operation = methods[method.toLowerCase()];
        if (operation && pattern.test(path)) return { i, template, operation };
      }
    }
    return undefined;
  }

  /** Of a part of a description, by where it stands. */
  function validator(i: number, ...parts: readonly string[]): ValidateFunction {
    const pointer = parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
    return ajv.compile({ $ref: `spec-${i}#/${pointer.join("/")}` });
  }

  function objectOf(id: string, properties: unknown) {
    const now = new Date().toISOString();
    return { id, properties, createdAt: now, updatedAt: now, archived: false };
  }

  function answerOf(path: string, body: unknown): { readonly status: number; readonly body: object } {
    if (path.endsWith("/batch/upsert")) {
      const { inputs } = body as { inputs: { id: string; properties: object }[] };
      const now = new Date().toISOString();
      const results = inputs.map(({ id: email, properties }) => {
        const known = ids.get(email);
        const id = known ?? String((made += 1));
        ids.set(email, id);
        return { ...objectOf(id, properties), new: known === undefined };
      });
      return { status: 200, body: { status: "COMPLETE", startedAt: now, completedAt: now, results } };
    }
    if (body === undefined) return { status: 200, body: { results: [] } };
    made += 1;
    return { status: 201, body: objectOf(String(made), (body as { properties: unknown }).properties) };
  }

  return ({ method, headers, body: text }, target) => {
    const path = target.split("?")[0] ?? "";
    const found = find(method, path);
    if (!found) return failure(404, "OBJECT_NOT_FOUND", `${method} ${path}`);
    if (headers["authorization"] !== "Bearer pat-good")
      return failure(401, "INVALID_AUTHENTICATION", "token");
    const { i, template, operation } = found;
    const at = ["paths", template, method.toLowerCase()];
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    if (operation.requestBody) {
      const isAllowed = validator(i, ...at, "requestBody", "content", "application/json", "schema");
      if (!isAllowed(body)) return failure(400, "VALIDATION_ERROR", ajv.errorsText(isAllowed.errors));
    }
    const answer = answerOf(path, body);
    const isRight = validator(
      i,
      ...at,
      "responses",
      String(answer.status),
      "content",
      "application/json",
      "schema",
    );
    if (!isRight(answer.body))
      throw new Error(`HubSpot would not answer so: ${ajv.errorsText(isRight.errors)}`);
    return { status: answer.status, body: JSON.stringify(answer.body) };
  };
}

function failure(status: number, category: string, message: string): Reply {
  const correlationId = crypto.randomUUID();
  return { status, body: JSON.stringify({ status: "error", category, message, correlationId }) };
}
