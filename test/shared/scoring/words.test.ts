import { expect, test } from "vitest";

import { compileInactivity } from "../../../shared/scoring/inactivity.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";

test("a rule says in words what its owner left unsaid", () => {
  const read = readModel({
    groups: [
      {
        rules: [
          { when: { page: "/pricing*" }, count: { gte: 3, within: "7d" }, points: 1 },
          {
            when: { event: "order", plan: ["pro", "team"] },
            where: { role: { not: "student" } },
            points: 1,
          },
          { where: { employees: { gte: 200 } }, points: 1 },
          ...["/", "/*", "*.pdf", "/a*b*", "*/pricing*", "/blog/*", ["/a", "/b*"]].map((page) => ({
            when: { page },
            points: 1,
          })),
          { when: { page: "/" }, per: { active: "30s" }, points: 1 },
          { when: { page: "/*" }, per: { active: "1m" }, points: 1 },
          { when: { page: "/docs*" }, steps: { of: "active", points: { "10m": 1 } } },
          { when: "buy", per: { value: 100 }, points: 1 },
          { when: "invite", per: { distinct: "email" }, points: 1 },
          { when: "open", count: { gte: 1, within: "7d", repeat: true }, points: 1 },
          { when: "open", count: { gte: 1, within: "7d" }, points: 1 },
          { when: "open", count: { gte: 5, repeat: true }, points: 1 },
          { when: { form: "*-demo" }, points: 1 },
        ],
      },
    ],
  });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  expect(read.full.groups[0]?.rules.map(({ id, label }) => [id, label])).toEqual([
    ["group-1-1", "Visited /pricing, 3 times within 7d"],
    ["group-1-2", "order (plan pro or team), if role not student"],
    ["group-1-3", "employees ≥ 200"],
    ["group-1-4", "Visited /"],
    ["group-1-5", "Visited any page"],
    ["group-1-6", "Visited a page ending in .pdf"],
    ["group-1-7", "Visited a page like /a*b*"],
    ["group-1-8", "Visited /pricing"],
    ["group-1-9", "Visited /blog/"],
    ["group-1-10", "Visited /a or /b"],
    ["group-1-11", "Each 30 seconds on /"],
    ["group-1-12", "Minutes on any page"],
    ["group-1-13", "Time on /docs"],
    ["group-1-14", "buy, for each 100 of value"],
    ["group-1-15", "invite, for each email"],
    ["group-1-16", "open, each time"],
    ["group-1-17", "open, once within 7d"],
    ["group-1-18", "open, each 5 times"],
    ["group-1-19", "Sent a form ending in “-demo”"],
  ]);
});

test("idle days say how much one gap can take", () => {
  const labels = (most: object) =>
    compileInactivity({ mode: "cumulative", onReturn: "keep", every: "30d", points: -10, ...most }).steps.map(
      ({ label }) => label,
    );
  expect(labels({ most: -50 })).toEqual(["Each 30 days without activity, at most 50 in a row"]);
  expect(labels({})).toEqual(["Each 30 days without activity"]);
});
