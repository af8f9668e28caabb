import { expect, test } from "vitest";

import { SECRET_KEY, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

interface Step {
  readonly done: boolean;
  readonly line: number;
  readonly accepted: number;
  readonly duplicate: number;
}

const ROWS = 1_600;
const CONTACTS = 20;
/** So long that most of them are in pieces that are taken before the end has come. */
const row = (n: number) => `user:${n % CONTACTS},${n},${"a long note ".repeat(10)}\n`;
const HEADER = "contact,number,note\n";
const FILE = HEADER + Array.from({ length: ROWS }, (_, n) => row(n)).join("");

async function importAll(file: string, query: string): Promise<Step> {
  const response = await collector.request("POST", `/v1/contacts/import?id=killed${query}`, file);
  return JSON.parse((await response.text()).trim().split("\n").at(-1) ?? "") as Step;
}

/** Sends the file without its end, and gives the first answer to it that says that some of it is on disk. */
async function firstStep(): Promise<Step> {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(FILE)),
  });
  const headers = { authorization: `Bearer ${SECRET_KEY}` };
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  const response = await fetch(`${collector.url}/v1/contacts/import?id=killed`, init);
  if (!response.body) throw new Error("There is no answer.");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  // What comes after it is never read: the collector is killed.
  void reader.closed.catch(() => undefined);
  return JSON.parse(value.split("\n")[0] ?? "") as Step;
}

test("of an import that is killed all is on disk that it said, it goes on after that, and nothing is counted twice", async () => {
  const step = await firstStep();
  await collector.killAndRestart();
  expect([step.done, step.line]).toEqual([false, 501]);
  const said = HEADER + Array.from({ length: step.line - 1 }, (_, n) => row(n)).join("");
  expect(await importAll(said, "")).toMatchObject({ done: true, accepted: 0, duplicate: step.line - 1 });

  const rest = await importAll(FILE, `&from=${step.line + 1}`);
  expect(rest).toMatchObject({ done: true, line: ROWS + 1 });
  expect(rest.accepted + rest.duplicate).toBe(ROWS + 1 - step.line);
  expect(await importAll(FILE, "")).toMatchObject({ done: true, accepted: 0, duplicate: ROWS });
  const days = await collector.timeline("user:0");
  const told = days.flatMap(({ facts }) => facts).filter(({ event }) => event === "identify");
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(ROWS / CONTACTS);
});
