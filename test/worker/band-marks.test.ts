import { expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import { addEvent } from "../../shared/facts.ts";
import { lookAt } from "../../worker/domain/band-marks.ts";
import { fullOf } from "../../worker/domain/frozen-model.ts";
import { newContact } from "../../worker/domain/ledger.ts";
import { type ModelsInUse, starterOnly } from "../../worker/domain/models-in-use.ts";

const DAY = 20_000;

/** Points for a visit that are gone after as many days. */
function version(
  number: number,
  { hot, days }: { readonly hot: number; readonly days: number },
): ModelsInUse {
  const document = JSON.stringify({
    pages: { "*": 10 },
    decay: { expire: `${days}d` },
    bands: { hot, cold: null },
  });
  const full = fullOf(document);
  const models = [{ id: "m", version: number, full }];
  return starterOnly().with({ revision: number, more: false, order: ["m"], models });
}

function visited() {
  const state = newContact("main", "user:1", DAY);
  const event = {
    id: "",
    at: DAY * DAY_MS,
    signal: "page\npath=/\n",
    count: 1,
    activeMs: 0,
    value: null,
  } as const;
  addEvent(state.total.facts, "user:1", event, state.room);
  return state;
}

/** What is found on days after the visit, looking at the contact under one version after the other. */
function causes(...looks: readonly (readonly [day: number, models: ModelsInUse])[]): string[] {
  const state = visited();
  return looks.flatMap(([day, models], n) => {
    const found = lookAt(state, models, (DAY + day) * DAY_MS, () => "cr", n === 0 ? "event" : undefined);
    // As where nothing was crossed: then nothing is written.
    if (n === 0 || found.crossings.length > 0) state.marks = found.marks;
    return found.crossings.map(({ from, to, cause }) => `${day}: ${from} > ${to} (${cause})`);
  });
}

const first = version(1, { hot: 5, days: 10 });
const COME = "0: cold > hot (event)";

test("what a version does is the model's, and what comes later under it has faded", () => {
  const same = version(2, { hot: 6, days: 10 });
  expect(causes([0, first], [2, version(2, { hot: 20, days: 10 })])).toEqual([COME, "2: hot > cold (model)"]);
  expect(causes([0, first], [2, version(2, { hot: 5, days: 1 })])).toEqual([COME, "2: hot > cold (model)"]);
  expect(causes([0, first], [2, same], [10, same])).toEqual([COME, "10: hot > cold (decay)"]);
  expect(causes([0, first], [10, first])).toEqual([COME, "10: hot > cold (decay)"]);
});
