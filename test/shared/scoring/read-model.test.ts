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

  test("of one axis keeps what it says of it beside the axes that are added", () => {
    const { axes, groups, total } = full({
      preset: "starter",
      axes: { fit: { max: 50 }, interest: { max: 100 } },
      traits: { role: { ceo: 20 } },
      groups: [{ axis: "fit", rules: [{ where: { employees: { gte: 200 } }, points: 15 }] }],
    });
    expect(Object.keys(axes)).toEqual(["interest", "fit"]);
    expect(axes["interest"]).toMatchObject({ max: 100, inactivity: { mode: "cumulative" } });
    expect(axes["fit"]).toMatchObject({ max: 50 });
    expect(axes["fit"]).not.toHaveProperty("inactivity");
    expect(groups.map(({ id, axis }) => `${id}: ${axis}`)).toEqual([
      "group-1: fit",
      "pages: interest",
      "minutes: interest",
      "forms: interest",
      "traits: interest",
    ]);
    expect(total.weights).toEqual({ interest: 1, fit: 1 });
  });

  test("loses what is null in the change: keys, lines, rules and groups", () => {
    const changed = full({
      preset: "encharge",
      inactivity: null,
      groups: [
        { id: "email", rules: [{ id: "open", per: null }] },
        {
          id: "web",
          rules: [
            { id: "visit", points: null },
            { id: "pricing5", count: null },
          ],
        },
        { id: "negative", rules: null },
      ],
      bands: null,
    });
    expect(changed.axes["lead"]).not.toHaveProperty("inactivity");
    expect(changed.groups.map(({ id }) => id)).toEqual(["product", "email", "web"]);
    expect(changed.groups[1]?.rules[0]).toMatchObject({ id: "open", per: "event" });
    expect(changed.groups[2]?.rules.map(({ id }) => id)).toEqual(["pricing", "pricing5"]);
    expect(changed.groups[2]?.rules[1]).toMatchObject({ per: "event", points: 10 });
    expect(changed.bands).toEqual([]);

    const { axes, groups, total } = full({
      preset: "hubspot",
      axes: { fit: { max: null } },
      groups: [
        { id: "conversion", decay: null, max: null },
        { id: "role", rules: [{ id: "seniority", map: null }] },
      ],
      total: null,
    });
    expect(axes["fit"]).toEqual({ label: "Fit", start: 0, min: -100, reset: [] });
    expect(groups.find(({ id }) => id === "conversion")).not.toHaveProperty("max");
    expect(groups.find(({ id }) => id === "conversion")?.rules[0]).toMatchObject({ decay: "none" });
    expect(groups.find(({ id }) => id === "role")?.rules).toEqual([]);
    expect(total).toEqual({ weights: { fit: 1, engagement: 1 } });

    const starter = full({
      preset: "starter",
      pages: { "*/careers*": null, "*/jobs*": null },
      minutes: null,
      caps: { pages: null },
    });
    const pages = starter.groups.find(({ id }) => id === "pages");
    expect(pages?.rules.map(({ id }) => id)).not.toContain("pages:*/careers*");
    expect(pages?.rules[0]?.cap).toEqual({});
    expect(starter.groups.map(({ id }) => id)).toEqual(["pages", "forms"]);
  });

  test("may take another thing in the place of what is null", () => {
    const { groups } = full({
      preset: "encharge",
      groups: [
        {
          id: "web",
          rules: [{ id: "visit", points: null, steps: { of: "count", points: { "3": 5 } } }],
        },
      ],
    });
    const rule = groups.find(({ id }) => id === "web")?.rules[0];
    expect(rule).toMatchObject({ steps: { of: "count" } });
    expect(rule).not.toHaveProperty("points");
  });

  test.each<[string, object, string]>([
    ["a key", { max: null }, ': the preset has no "max" here that could be taken away'],
    ["a line", { pages: { "/x": null } }, 'pages: the preset has no "/x" here that could be taken away'],
    [
      "a key of a rule",
      { groups: [{ id: "web", rules: [{ id: "visit", cap: null }] }] },
      'groups[0].rules[0]: the preset has no "cap" here that could be taken away',
    ],
  ])("has nothing to lose where it has nothing: %s", (_, change, issue) => {
    const read = readModel({ preset: "encharge", ...change });
    const issues = read.ok ? [] : read.issues;
    expect(issues.map(({ path, message }) => `${path}: ${message}`)).toEqual([issue]);
  });

  test.each<[object, string, string]>([
    [{ preset: "encharge", id: null }, "", '"id" wants a name of at most 64 characters, got null'],
    [{ max: null }, "", '"max" wants a number from -1000000 to 1000000, got null'],
    [
      { preset: "encharge", groups: [{ id: "web", rules: [{ id: "visit", when: { page: null } }] }] },
      "groups[0].rules[0].when",
      '"page" wants a value, a list of them or an object such as {"startsWith": "demo"}, got null',
    ],
    [
      { preset: "hubspot", groups: [{ id: "role", rules: [{ id: "seniority", map: { vp: null } }] }] },
      "groups[0].rules[0].map",
      '"vp" wants a number from -100000 to 100000, got null',
    ],
  ])("is changed by null only where it is changed key by key: %j", (document, path, message) => {
    expect(readModel(document)).toEqual({ ok: false, issues: [{ path, message }] });
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
    const groups = [{ id: "actions", rules: [{ id: "demo", points: 120 }] }];
    expect(readModel({ preset: "techtargt", max: null, groups })).toEqual({
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
    expect(issuesOf({ groups: [{ id: "action", rules: null }] })).toEqual([
      'groups[0]: the preset has no group "action"; did you mean "actions"? The rules of a new one want "when", "where" or "trait"',
    ]);
    expect(issuesOf({ groups: [{ id: "actions", rules: [{ id: "demoo", points: null }] }] })).toEqual([
      'groups[0].rules[0]: the preset has no rule "demoo" in "actions"; did you mean "demo"? A new rule wants "when", "where" or "trait"',
    ]);
  });

  test("tells of an axis that is nearly one of its own, where nothing adds to it", () => {
    const read = (document: object) => readModel({ preset: "hubspot", ...document });
    expect(read({ axes: { ft: { max: 30 } } })).toEqual({
      ok: false,
      issues: [
        {
          path: "axes",
          message:
            'the preset has no axis "ft"; did you mean "fit"? A new one wants a group with "axis": "ft"',
        },
      ],
    });
    const group = { id: "extra", axis: "ft", rules: [{ when: "a", points: 1 }] };
    expect(read({ axes: { ft: { max: 30 } }, groups: [group] })).toMatchObject({ ok: true });
    expect(read({ axes: { fit: { max: 30 }, loyalty: {} } })).toMatchObject({ ok: true });
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
});
