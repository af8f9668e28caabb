import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

const root = (path: string) => new URL(`../../${path}`, import.meta.url);
const text = readFileSync(root("SECURITY.md"), "utf8");

/** The rows of the table of threats, by its columns. */
const threats = text
  .slice(text.indexOf("## Threats"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| - ") && !line.startsWith("| threat "))
  .map((line) => line.split("|").map((cell) => cell.trim()));

test("every threat of SECURITY.md has an answer and tests that attack it, and they are there", () => {
  expect(threats.length).toBeGreaterThanOrEqual(8);
  for (const [, threat = "", does = "", answer = "", tests = "", left = ""] of threats) {
    expect([threat, does, answer, left].every((cell) => cell.length > 0)).toBe(true);
    const named = [...tests.matchAll(/`(test\/[^`]+)` “([^”]+)”/g)];
    expect([threat, named.length]).not.toEqual([threat, 0]);
    // Nothing else stands in the cell: a name that is written in another way would be passed over.
    expect([threat, named.map(([whole]) => whole).join("; ")]).toEqual([threat, tests]);
    for (const [, file = "", name = ""] of named) {
      const isThere = readFileSync(root(file), "utf8").includes(`test("${name}"`);
      expect([file, name, isThere]).toEqual([file, name, true]);
    }
  }
});

test("the threats that were thought of first are among them", () => {
  const names = threats.map(([, threat = ""]) => threat.toLowerCase());
  for (const threat of [
    "score inflation",
    "future dating",
    "floods of made-up visitors",
    "id guessing",
    "stored xss",
    "zip bombs",
    "replay",
    "merge abuse",
  ]) {
    expect([threat, names.some((name) => name.startsWith(threat))]).toEqual([threat, true]);
  }
});
