import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Ajv, type ValidateFunction } from "ajv";

import { asked, batch, type BatchBody, createCrm, type Written } from "./crm.ts";
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
 * held against them too. It remembers what it was told. `undefined` where the descriptions are not there.
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
  const crm = createCrm();

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

  function answerOf(method: string, target: string, body: unknown) {
    const url = new URL(target, "http://hubspot");
    const [, , , , kind = "", id] = url.pathname.split("/");
    if (id === undefined && method === "GET") return { status: 200, body: { results: [] } };
    const objects = crm.of(kind);
    if (id === "batch") return batch(objects, url.pathname, body as BatchBody);
    if (id === undefined) return { status: 201, body: objects.make(body as Written) };
    const found = method === "PATCH" ? objects.change(id, body as Written) : objects.read(id, asked(url));
    return found
      ? { status: 200, body: found }
      : { status: 404, body: errorBody("OBJECT_NOT_FOUND", "no object") };
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
    const answer = answerOf(method, target, body);
    if (answer.status === 404) return { status: 404, body: JSON.stringify(answer.body) };
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
  return { status, body: JSON.stringify(errorBody(category, message)) };
}

function errorBody(category: string, message: string) {
  return { status: "error", category, message, correlationId: crypto.randomUUID() };
}
