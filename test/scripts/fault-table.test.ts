import { expect, test } from "vitest";

import { asCell, documentedCell, faultsOf, untoldFaults } from "../../scripts/fault-table.ts";

const outcome = { delivered: 20, lost: 0, extra: 0 };

test("an outcome is written as three numbers, and as the documented ranges where it lies within them", () => {
  expect(asCell(outcome)).toBe("20 · 0 · 0");
  expect(asCell(outcome, "20 · 0 · 0")).toBe("20 · 0 · 0");
  expect(asCell(outcome, "0–20 · 0–20 · 0")).toBe("0–20 · 0–20 · 0");
  expect(asCell({ delivered: 3, lost: 17, extra: 0 }, "5–20 · 0–15 · 0")).toBe("3 · 17 · 0");
  expect(asCell({ ...outcome, extra: 1 }, "0–20 · 0–20 · 0")).toBe("20 · 0 · 1");
  expect(asCell(outcome, "–")).toBe("20 · 0 · 0");
});

test("a row of docs/faults.md that no story has measured is found", () => {
  const name = "two tabs at once";
  expect(documentedCell(name, "firefox")).toBe("20 · 0 · 0");
  expect(documentedCell("made up", "firefox")).toBeUndefined();
  expect(untoldFaults([], "firefox")).toContain(name);
  const report = {
    numPassedTests: 1,
    numFailedTests: 0,
    testResults: [{ assertionResults: [{ meta: {} }, { meta: { fault: { name, ...outcome } } }] }],
  };
  const untold = untoldFaults(faultsOf(report), "firefox");
  expect(untold).not.toContain(name);
  expect(untold).not.toContain("-");
  expect(untold).not.toContain("page made in advance, then shown");
});
