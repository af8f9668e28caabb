import { expect, test } from "vitest";

import { named } from "./people.ts";
import { type Answer, page, send } from "./two-sites.ts";

/** The message of a refusal. */
function messageOf({ body }: Answer): string {
  return (body["error"] as { message: string }).message;
}

const batch = () => ({ batch: [page(named("odd"), "/pricing")] });

test("a key is found behind more than one space", async () => {
  for (const authorization of ["Bearer  wk_test", "bearer wk_test ", `Basic  ${btoa("wk_test:")}`]) {
    const { status } = await send("POST", "/v1/batch", { body: batch(), headers: { authorization } });
    expect([authorization, status]).toEqual([authorization, 200]);
  }
  // A header that names none leaves it to the address.
  for (const authorization of [`Basic ${btoa(":")}`, "Bearer", "Basic %"]) {
    const { status } = await send("POST", "/v1/batch?writeKey=wk_test", {
      body: batch(),
      headers: { authorization },
    });
    expect([authorization, status]).toEqual([authorization, 200]);
  }
});

test("RudderStack's browser client finds its address for beacons", async () => {
  const headers = { "content-type": "text/plain;charset=UTF-8" };
  const sent = await send("POST", "/beacon/v1/batch?writeKey=wk_test", { body: batch(), headers });
  expect([sent.status, sent.body["accepted"]]).toEqual([200, 1]);
  expect(sent.headers.get("access-control-allow-origin")).toBe("*");
  expect((await send("OPTIONS", "/beacon/v1/batch")).status).toBe(204);
  expect((await send("GET", "/beacon/v1/batch")).headers.get("allow")).toBe("POST, OPTIONS");
  expect((await send("POST", "/beacon/v1/batch", { body: batch() })).code).toBe("invalid_key");
});

test("Segment's browser client is told https where its page or the proxy in front says so", async () => {
  const protocolFor = async (headers: Record<string, string>) => {
    const { body } = await send("GET", "/v1/projects/wk_test/settings", { headers });
    return (body["integrations"] as Record<string, { protocol: string }>)["Segment.io"]?.protocol;
  };
  expect(await protocolFor({})).toBe("http");
  expect(await protocolFor({ origin: "http://www.shop.example" })).toBe("http");
  expect(await protocolFor({ origin: "https://www.shop.example" })).toBe("https");
  expect(await protocolFor({ "x-forwarded-proto": "https" })).toBe("https");
  const { headers } = await send("GET", "/v1/projects/wk_test/settings");
  expect(headers.get("vary")).toContain("x-forwarded-proto");
});

test("a body that is packed in another way than gzip is told how to come", async () => {
  const refuse = (body: string, headers: Record<string, string> = {}) =>
    send("POST", "/v1/batch", { key: "wk_test", body, headers });
  const packed = await refuse("\u000b\u0002\u0080", { "content-encoding": "br" });
  expect([packed.status, packed.code]).toEqual([400, "invalid_json"]);
  expect(messageOf(packed)).toMatch(/Content-Encoding: br\b.*gzip/);
  // What a header says that anybody can send is shown as far as it is a name.
  const odd = await refuse("x", { "content-encoding": `<b>${"x".repeat(500)}` });
  expect(messageOf(odd)).not.toContain("<b>");
  // A plain body is taken, whatever is said of it.
  const plain = { key: "wk_test", body: batch(), headers: { "content-encoding": "gzip" } };
  expect((await send("POST", "/v1/batch", plain)).status).toBe(200);
  const torn = await refuse("\u001f");
  expect(torn.code).toBe("invalid_json");
});

test("refusals say what to change", async () => {
  const nowhere = await send("POST", "/v1/batch/", { key: "wk_test", body: batch() });
  expect([nowhere.code, messageOf(nowhere)]).toEqual([
    "not_found",
    expect.stringContaining("POST /v1/batch"),
  ]);
  const long = await send("GET", `/v1/me/score?anonymousId=${"x".repeat(257)}`, { key: "wk_test" });
  expect([long.code, messageOf(long)]).toEqual(["missing_visitor", expect.stringContaining("256")]);
  const wrong = await send("PATCH", "/v1/sites/main", { key: "sk_test", body: { id: "x", nam: "y" } });
  expect(messageOf(wrong)).not.toContain("..");
});
