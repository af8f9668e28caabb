import fc from "fast-check";

import type { Act, TraitValue } from "./act.ts";
import {
  AXES,
  CAMPAIGNS,
  EMPLOYEES,
  EVENTS,
  FORMS,
  MODEL_IDS,
  NOT_OWN_EVENTS,
  PATHS,
  PLANS,
  ROLES,
  SOURCES,
} from "./vocabulary.ts";

/** What random histories may hold; everything by default. */
interface HistoryOptions {
  /** Orders that are taken back. */
  readonly negativeValues?: boolean;
  /** Adjustments and resets by hand. */
  readonly byHand?: boolean;
  /** How many visits and single acts there are at most; default 25. */
  readonly most?: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const LAST_DAY = 150;

const day = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.nat({ max: 20 }) },
  { weight: 2, arbitrary: fc.nat({ max: LAST_DAY }) },
);
const timeOfDay = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.nat({ max: 23 }).map((hour) => hour * 60 * MINUTE_MS) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, DAY_MS - 20 * MINUTE_MS, DAY_MS - 1) },
);
const moment = fc.tuple(day, timeOfDay).map(([on, time]) => on * DAY_MS + time);
const source = fc.constantFrom(...SOURCES);
const activeMs = fc.oneof(fc.constantFrom(30_000, 60_000, 90_000), fc.nat({ max: 20 * MINUTE_MS }));
const plan = fc.constantFrom(...PLANS);

/** A day to read on: mostly one on which things are still going on. */
export const anyReadDay: fc.Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.nat({ max: 40 }) },
  { weight: 1, arbitrary: fc.nat({ max: LAST_DAY + 30 }) },
);

/** An act but for its time and source. */
type Deed = Omit<Act, "at" | "source">;

const pageProps = fc.record(
  {
    path: fc.constantFrom(...PATHS),
    plan,
    campaign: fc.constantFrom(...CAMPAIGNS, ""),
    referrer: fc.constant("https://example.com"),
  },
  { requiredKeys: ["path"] },
);

const page: fc.Arbitrary<Deed> = fc.record(
  { name: fc.constant("page"), props: pageProps, activeMs },
  { requiredKeys: ["name", "props"] },
);

const engaged: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant("page"),
  props: fc.record({ path: fc.constantFrom(...PATHS) }),
  activeMs,
  count: fc.constant(0 as const),
});

const tracked: fc.Arbitrary<Deed> = fc.record({
  name: fc.constantFrom(...EVENTS, ...NOT_OWN_EVENTS),
  props: fc.record({ plan, form: fc.constantFrom(...FORMS) }, { requiredKeys: [] }),
});

const traits: fc.Arbitrary<Record<string, TraitValue>> = fc.record(
  {
    role: fc.constantFrom(...ROLES, "ceo*"),
    employees: fc.constantFrom(...EMPLOYEES, "many"),
    vip: fc.boolean(),
  },
  { requiredKeys: [] },
);

const identified: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant("identify"),
  props: fc.constant({}),
  traits,
});

const forAxisAndModel = fc.record(
  { axis: fc.constantFrom(...AXES), model: fc.constantFrom(...MODEL_IDS) },
  { requiredKeys: [] },
);

const adjusted: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant("Score Adjusted"),
  props: forAxisAndModel,
  value: fc.integer({ min: -60, max: 60 }).map((halves) => halves / 2),
});

const reset: fc.Arbitrary<Deed> = fc.record({ name: fc.constant("Score Reset"), props: forAxisAndModel });

function ordered(negative: boolean): fc.Arbitrary<Deed> {
  return fc.record({
    name: fc.constant("Order Completed"),
    props: fc.record({ plan }, { requiredKeys: [] }),
    value: fc.integer({ min: negative ? -300 : 0, max: 600 }).map((halves) => halves / 2),
  });
}

/** Acts of one source, one soon after the other; half an hour of nothing ends a visit. */
const visits: fc.Arbitrary<Act[]> = fc
  .tuple(
    source,
    moment,
    fc.array(
      fc.tuple(
        fc.oneof(
          { withCrossShrink: true },
          { weight: 3, arbitrary: page },
          { weight: 2, arbitrary: engaged },
          { weight: 1, arbitrary: tracked },
        ),
        fc.oneof(
          fc.constantFrom(0, 1, 30, 45).map((minutes) => minutes * MINUTE_MS),
          fc.constantFrom(30 * MINUTE_MS - 1, 5000),
        ),
      ),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([from, start, parts]) => {
    let at = start;
    return parts.map(([deed, gap], index): Act => {
      at += index === 0 ? 0 : gap;
      return { ...deed, source: from, at, visit: true };
    });
  });

function singleAct({ negativeValues = true, byHand = true }: HistoryOptions): fc.Arbitrary<Act> {
  const deed = fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: page },
    { weight: 4, arbitrary: tracked },
    { weight: 3, arbitrary: ordered(negativeValues) },
    { weight: 3, arbitrary: identified },
    { weight: 1, arbitrary: engaged },
    { weight: byHand ? 1 : 0, arbitrary: adjusted },
    { weight: byHand ? 1 : 0, arbitrary: reset },
  );
  return fc.tuple(source, moment, deed).map(([from, at, one]): Act => ({ ...one, source: from, at }));
}

/** The same act again, some times, every so many days. */
function streak(act: fc.Arbitrary<Act>): fc.Arbitrary<Act[]> {
  return fc
    .tuple(act, fc.nat({ max: 4 }), fc.constantFrom(0, 1, 2, 7))
    .map(([first, again, days]) =>
      Array.from({ length: again + 1 }, (_, index) => ({ ...first, at: first.at + index * days * DAY_MS })),
    );
}

/** What happened to a contact in some 150 days from 1970 on, in order of time. */
export function anyHistory(options: HistoryOptions = {}): fc.Arbitrary<Act[]> {
  const some = fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: singleAct(options).map((act) => [act]) },
    { weight: 1, arbitrary: streak(singleAct(options)) },
    { weight: 1, arbitrary: visits },
  );
  return fc
    .array(some, { maxLength: options.most ?? 25, size: "max" })
    .map((parts) => parts.flat().toSorted((a, b) => a.at - b.at));
}
