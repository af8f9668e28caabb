import { describe, expect, test } from "vitest";

import type { FullModel } from "../../../shared/scoring/full-model.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";

function full(document: unknown): FullModel {
  const read = readModel(document);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.full;
}

const labels = (model: FullModel) => model.groups.flatMap(({ rules }) => rules.map(({ label }) => label));

describe("a preset", () => {
  test("is used by name, and changed by naming its parts", () => {
    const changed = full({
      preset: "techtarget",
      name: "Ours",
      groups: [
        {
          id: "actions",
          rules: [
            { id: "demo", points: 120 },
            { id: "trial", when: "trial", points: 30 },
          ],
        },
        { id: "extra", rules: [{ id: "call", when: "call", points: 5 }] },
      ],
      bands: { MQL: 80, nurture: null },
    });
    expect(changed.name).toBe("Ours");
    const actions = changed.groups.find(({ id }) => id === "actions");
    expect(actions?.rules.find(({ id }) => id === "demo")).toMatchObject({ points: 120, per: "once" });
    expect(actions?.rules.at(-1)).toMatchObject({ id: "trial", points: 30 });
    expect(changed.groups.at(-1)).toMatchObject({ id: "extra", axis: "lead" });
    expect(changed.bands.map(({ name }) => name)).toEqual(["MQL", "nurture"]);
    expect(changed.axes["lead"]?.min).toBe(0);
  });

  test("takes another kind of inactivity, of payment or of table in place of its own", () => {
    const every = full({ preset: "techtarget", inactivity: { every: "30d", points: -10 } });
    expect(every.axes["lead"]?.inactivity).toEqual({
      mode: "replace",
      onReturn: "forgive",
      every: "30d",
      points: -10,
    });
    const counted = full({
      preset: "encharge",
      groups: [
        {
          id: "web",
          rules: [
            { id: "visit", count: { gte: 3 } },
            { id: "pricing5", per: "once" },
          ],
        },
      ],
    });
    const web = counted.groups.find(({ id }) => id === "web");
    expect(web?.rules[0]).toMatchObject({ count: { gte: 3 } });
    expect(web?.rules[0]).not.toHaveProperty("per");
    expect(web?.rules[2]).toMatchObject({ per: "once" });
    expect(web?.rules[2]).not.toHaveProperty("count");
  });

  test("keeps traits and events that are called like parts of a rule", () => {
    const { groups } = full({ preset: "starter", events: { count: 1, steps: 2, when: 3 } });
    expect(groups.find(({ id }) => id === "events")?.rules.map(({ id }) => id)).toEqual([
      "events:count",
      "events:steps",
      "events:when",
    ]);
  });

  test("that does not exist is named, with the nearest", () => {
    expect(readModel({ preset: "techtargt" })).toEqual({
      ok: false,
      issues: [{ path: "preset", message: 'unknown preset "techtargt"; did you mean "techtarget"?' }],
    });
  });

  test("tells of a part that names none of its own, by the place where the owner wrote it", () => {
    const issuesOf = (document: object) => {
      const read = readModel({ preset: "techtarget", ...document });
      return read.ok ? [] : read.issues.map(({ path, message }) => `${path}: ${message}`);
    };
    expect(issuesOf({ groups: [{ id: "actions", rules: [{ id: "demoo", points: 120 }] }] })).toEqual([
      'groups[0].rules[0]: the preset has no rule "demoo" in "actions"; did you mean "demo"? A new rule wants "when", "where" or "trait"',
    ]);
    expect(issuesOf({ groups: [{ id: "action", rules: [{ id: "demo", points: 120 }] }] })).toEqual([
      'groups[0]: the preset has no group "action"; did you mean "actions"? The rules of a new one want "when", "where" or "trait"',
    ]);
  });

  test("is still checked as a whole when it is changed", () => {
    const read = readModel({ preset: "hubspot", bands: [{ name: "SQL", when: { axes: { fitt: 35 } } }] });
    expect(read).toMatchObject({ ok: false, issues: [{ path: "bands[0].when.axes" }] });
  });
});

describe("a model in short form", () => {
  const short = full({
    pages: { "*": 1, "/pricing*": 10, "/pricing/team": { points: 12, per: "once", label: "Team prices" } },
    forms: { "demo*": 40 },
    events: { "Webinar Attended": 15 },
    traits: { employees: { ">=200": 15 }, email: { "*@gmail.com": -5 } },
    caps: { pages: 60 },
    decay: { halfLife: "30d" },
    bands: { cold: null, hot: 50, warm: { gte: 20, exit: 15 } },
  });

  test("is written out by the most specific pattern first, in plain words", () => {
    expect(labels(short)).toEqual([
      "Team prices",
      "Visited /pricing",
      "Visited any other page",
      "Sent form “demo”",
      "Webinar Attended",
      "employees >=200",
      "email *@gmail.com",
    ]);
    expect(short.groups[0]?.rules[0]).toMatchObject({
      cap: { points: 60 },
      per: "once",
      decay: { halfLife: "30d" },
    });
    expect(short.groups.at(-1)?.rules[0]).toMatchObject({ where: { employees: { gte: 200 } }, points: 15 });
  });

  test("has its bands from the best down", () => {
    expect(short.bands.map(({ name }) => name)).toEqual(["hot", "warm", "cold"]);
  });

  test("says in words what its owner left unsaid", () => {
    const { groups } = full({
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
          ],
        },
      ],
    });
    expect(groups[0]?.rules.map(({ id, label }) => [id, label])).toEqual([
      ["group-1-1", "Visited /pricing, 3 times within 7d"],
      ["group-1-2", "order (plan pro or team), if role not student"],
      ["group-1-3", "employees ≥ 200"],
    ]);
  });
});
