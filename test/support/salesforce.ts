import type { Received, Reply } from "./receiver.ts";

/** A Salesforce org as its documentation has it, as far as leads go. `base` is its own address. */
export function salesforceOrg(base: string): (request: Received, path: string) => Reply {
  let token = "";
  let tokens = 0;
  const leads = new Set<string>();
  return ({ method, headers, body }, path) => {
    if (path === "/services/oauth2/token") {
      const form = new URLSearchParams(body);
      const isRight =
        form.get("grant_type") === "client_credentials" &&
        form.get("client_id") === "client" &&
        form.get("client_secret") === "s3cret";
      if (!isRight) return { status: 400, body: JSON.stringify({ error: "invalid_client" }) };
      tokens += 1;
      token = `token-${tokens}`;
      return { body: JSON.stringify({ access_token: token, instance_url: base, token_type: "Bearer" }) };
    }
    if (headers["authorization"] !== `Bearer ${token}`) return failed(401, "INVALID_SESSION_ID");
    if (method === "GET") return { body: JSON.stringify({ objectDescribe: {} }) };
    const id = /^\/services\/data\/v65\.0\/sobjects\/Lead\/Afterglow_Id__c\/(.+)$/.exec(path)?.[1];
    if (method !== "PATCH" || id === undefined) return failed(404, "NOT_FOUND");
    const lead = JSON.parse(body) as Readonly<Record<string, unknown>>;
    if ("Afterglow_Id__c" in lead) return failed(400, "INVALID_FIELD");
    if (leads.has(id)) return { status: 204 };
    if (!lead["LastName"] || !lead["Company"]) return failed(400, "REQUIRED_FIELD_MISSING");
    leads.add(id);
    return { status: 201, body: JSON.stringify({ id: "00Q", success: true, created: true }) };
  };
}

function failed(status: number, errorCode: string): Reply {
  return { status, body: JSON.stringify([{ errorCode, message: "It says more." }]) };
}
