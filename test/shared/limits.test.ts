import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import * as wire from "../../shared/limits.ts";
import * as model from "../../shared/scoring/model-limits.ts";
import * as site from "../../worker/domain/model-limits.ts";

const chars = (count: number) => `${count.toLocaleString("en")} characters`;
const kilobytes = (bytes: number) => `${bytes / 1_024} KB`;

/** What docs/models.md says under "Limits", row by row. */
const LIMITS: readonly [what: string, limit: number | string][] = [
  ["size, unpacked", kilobytes(wire.MAX_BODY_BYTES)],
  ["events", wire.MAX_EVENTS_PER_BATCH],
  ["contacts", wire.MAX_CONTACTS_PER_BATCH],
  ["an event's age, with the write key", `${wire.MAX_EVENT_AGE_MS / DAY_MS} days`],
  ["an event's time ahead of now", `${wire.MAX_CLOCK_AHEAD_MS / 60_000} minutes`],
  ["a `userId`, `anonymousId`", chars(wire.MAX_ID_CHARS)],
  ["the name of an event", chars(wire.MAX_EVENT_NAME_CHARS)],
  ["a path", chars(wire.MAX_PATH_CHARS)],
  ["`active_ms`", wire.MAX_ACTIVE_MS],
  ["`value`, either way", wire.MAX_ABS_VALUE],
  ["properties of an event", wire.MAX_SIGNAL_PROPERTIES],
  ["the name of a property", chars(wire.MAX_PROPERTY_NAME_CHARS)],
  ["the text of a property", chars(wire.MAX_PROPERTY_CHARS)],
  ["different signals (an event with its properties)", wire.MAX_SIGNALS_PER_CONTACT],
  ["pairs of day and signal", wire.MAX_BUCKETS_PER_CONTACT],
  ["traits that one source states", wire.MAX_TRAITS_PER_CONTACT],
  ["the name of a trait", chars(wire.MAX_TRAIT_NAME_CHARS)],
  ["the text of a trait", chars(wire.MAX_TRAIT_CHARS)],
  ["statements kept of a trait, of each source", wire.TRAIT_VALUES_KEPT],
  ["users that a browser claims to be", wire.MAX_CLAIMS_PER_CONTACT],
  ["message ids remembered (of clients other than the script)", wire.FOREIGN_IDS_PER_CONTACT],
  ["loaded pages (of the script) remembered of one visitor for 31 days", wire.MAX_PRODUCERS_PER_SOURCE],
  ["unbroken runs in the numbers of a page's events", wire.MAX_RUNS_PER_PRODUCER],
  ["its document", kilobytes(model.MAX_MODEL_BYTES)],
  ["the same written out in full", chars(site.MAX_FULL_MODEL_CHARS)],
  ["axes", model.MAX_AXES],
  ["groups", model.MAX_GROUPS],
  ["rules (each line of the short form is one)", model.MAX_RULES],
  ["bands", model.MAX_BANDS],
  ["steps of a ladder, and cuts of one axis", model.MAX_LADDER_STEPS],
  ["values of a list", model.MAX_LIST_ITEMS],
  ["texts in all tests (`when`, `where`) together", model.MAX_TEST_TEXTS],
  [
    "of these, texts that may stand anywhere (`contains`, `*text*`) in tests of events",
    model.MAX_SEARCHED_TEXTS,
  ],
  ["names in a record, such as the values of a `map`", model.MAX_KEYS],
  ["a pattern or value", chars(model.MAX_PATTERN_CHARS)],
  ["a name", chars(model.MAX_NAME_CHARS)],
  ["a label", chars(model.MAX_LABEL_CHARS)],
  ["`about`", chars(model.MAX_ABOUT_CHARS)],
  ["points of a rule, either way", model.MAX_POINTS],
  ["an axis, the total and a line of a band, either way", model.MAX_SCORE_POINTS],
  ["a weight, either way", model.MAX_WEIGHT],
  ["the amount of `per` `value`", model.MAX_AMOUNT],
  ["a duration", `${model.MAX_DURATION_DAYS.toLocaleString("en")} days`],
  ["models", site.MAX_MODELS],
  ["versions kept of a model, the newest", site.MAX_VERSIONS_PER_MODEL],
  ["deleted models whose versions are kept", site.MAX_DELETED_MODELS],
  ["contacts in a preview", site.MAX_PREVIEW_CONTACTS],
  ["a `note`", chars(site.MAX_NOTE_CHARS)],
  ["an `author`", chars(site.MAX_AUTHOR_CHARS)],
  ["versions by which crossings are told", site.MAX_CROSSING_VERSIONS],
];

test("the limits are what the guide says they are", () => {
  const guide = readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8");
  const section = guide.slice(guide.indexOf("\n## Limits\n"));
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (?:of an? |- )/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, 3)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(
    LIMITS.map(([what, limit]) => [what, typeof limit === "number" ? limit.toLocaleString("en") : limit]),
  );
  const warnings = wire.MAX_WARNINGS_PER_ANSWER.toLocaleString("en");
  expect(section.replaceAll("\n", " ")).toContain(`names what was left out, the first ${warnings} of it`);
});
