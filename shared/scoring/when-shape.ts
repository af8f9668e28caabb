import { rangeIsNotEmpty } from "./check-lines.ts";
import { checkEvent, checkTests } from "./check-when.ts";
import type { TestObject, WhenEvent } from "./document.ts";
import { MAX_LIST_ITEMS, MAX_PATTERN_CHARS } from "./model-limits.ts";
import {
  about,
  choice,
  list,
  type ListShape,
  number,
  object,
  record,
  type Shape,
  text,
  type TextShape,
  union,
} from "./shape.ts";
import { propertyName, traitName, trimmed, valueText } from "./value-shapes.ts";

const BESIDE_EVENT =
  'cannot be tested: write each property beside "event", as in {"event": "Order Completed", "coupon": "spring"}';

/** A property of an event by which it is told from others. */
const testedProperty = text({
  ...propertyName,
  refuses: {
    value:
      'cannot be tested: it is summed, not kept for each event. Use "per": {"value": 100}, or "steps" of "value" (the sum) or "max" (the largest)',
    active_ms:
      'cannot be tested: active time is summed, not kept for each event. Use "per": {"active": "1m"}, or "steps" of "active"',
    props: BESIDE_EVENT,
    properties: BESIDE_EVENT,
  },
});

/** Of a value or an amount: as large as numbers come without losing whole ones. */
const MAX_NUMBER = Number.MAX_SAFE_INTEGER;
const flag = choice(true, false);
const anyNumber = number(-MAX_NUMBER, MAX_NUMBER, { wants: "a number" });
const scalars = [valueText, anyNumber, flag];

const ACTIVE_TIME_HINT =
  'cannot be named: active time belongs to its page; use {"page": "/path*"} with "per": {"active": "1m"}';

/** Patterns that are meant for the events of a visit. */
const VISITS = Object.fromEntries(
  ["Visit*", "Visit *", "Visit S*", "Visit Started*", "Visit Summary*", "Visits*", "*Visit*"].map((name) => [
    name,
    'reaches no event of a visit: no * does. Name "Visit Started" or "Visit Summary" in full',
  ]),
);

function eventNameOf(refuses: Readonly<Record<string, string>>): TextShape {
  return text({
    wants: "the name of an event",
    max: MAX_PATTERN_CHARS,
    refuses: { "Page Engaged": ACTIVE_TIME_HINT, ...VISITS, ...refuses },
    examples: ["page", "Form Submitted", "Visit Started", "Visit Summary"],
    ...trimmed("the name of an event"),
  });
}

export const eventName = eventNameOf({});
/** What has happened for good: the summary of a visit is another one as long as the visit goes on. */
const lastingName = eventNameOf({ "Visit Summary": 'is for rules only; "Visit Started" can be named here' });

const textOrList = union([valueText, anyOf([valueText], "texts", "textList")], { name: "texts" });

function anyOf(shapes: readonly Shape[], what: string, name: string): ListShape {
  return list(union(shapes), { name, wants: `a list of ${what}`, min: 1, max: MAX_LIST_ITEMS });
}

/** A pattern or value, a list of them, or an object in which everything named must hold. */
function testOf(name: string, values: readonly Shape[]): Shape {
  const valueList = anyOf(values, "values", `${name}Values`);
  const valueOrList = union([...values, valueList], { name: `${name}Is` });
  const tests = object<TestObject>(
    'an object such as {"gte": 200}',
    {
      is: about("The whole value, or a list of which it is one.", valueOrList),
      not: about("Any other value than this, or than those of a list.", valueOrList),
      in: about("One of these whole values.", valueList),
      notIn: about("None of these whole values.", valueList),
      like: about("A pattern in which * stands for any run of characters, or a list of them.", textOrList),
      startsWith: about("What the value begins with, or a list of which it begins with one.", textOrList),
      endsWith: about("What the value ends with, or a list of which it ends with one.", textOrList),
      contains: about("What stands somewhere in the value, or a list of such texts.", textOrList),
      gte: about("A number of at least this.", anyNumber),
      gt: about("A number above this.", anyNumber),
      lte: about("A number of at most this.", anyNumber),
      lt: about("A number below this.", anyNumber),
      known: about("Whether there is a value at all.", flag),
      ignoreCase: about("Whether capital and small letters count as the same.", flag),
    },
    {
      some: [
        [
          "is",
          "not",
          "in",
          "notIn",
          "like",
          "startsWith",
          "endsWith",
          "contains",
          "gte",
          "gt",
          "lte",
          "lt",
          "known",
        ],
      ],
    },
    { also: rangeIsNotEmpty },
  );
  return union([...values, valueList, tests], {
    name,
    wants: `a ${name === "test" ? "value" : "name"}, a list of them or an object such as {"startsWith": "demo"}`,
  });
}

const test = testOf("test", scalars);

/** Tests of traits that must all hold. */
export const where = record(traitName, test, {
  name: "where",
  wants: 'tests by trait, such as {"employees": {"gte": 200}}',
  also: checkTests,
});

function whenEvent(name: string, eventTest: Shape): Shape {
  return object<Pick<WhenEvent, "event" | "page" | "form" | "path">>(
    'an object such as {"page": "/pricing*"}',
    {
      event: about(
        'The event\'s name; * stands for any run of characters. A page visit is the event "page".',
        eventTest,
      ),
      page: about('A visit of a page by its path: short for {"event": "page", "path": …}.', test),
      form: about('A form by its id or name; without "event", one that was submitted.', test),
      path: about("The path of the page on which it happened.", test),
    },
    { some: [["event", "page", "form"]], bars: { page: ["event", "path"] } },
    {
      name,
      rest: record(testedProperty, about("A test of a property of the event; all of them must hold.", test), {
        wants: "tests by property",
      }),
      also: checkEvent,
    },
  );
}

function whenOf(name: string, one: Shape, min: number): Shape {
  return union([one, list(one, { wants: "a list of events", min, max: MAX_LIST_ITEMS })], {
    name,
    wants: 'an event\'s name, an object such as {"page": "/pricing*"}, or a list of them',
  });
}

function oneOf(name: string, named: Shape): Shape {
  return union([named, whenEvent(name, testOf(`${name}Name`, [named]))], {
    wants: 'an event\'s name or an object such as {"page": "/pricing*"}',
  });
}

const lasting = oneOf("lastingEvent", lastingName);

/** What a rule looks at. */
export const when = whenOf("when", oneOf("event", eventName), 1);
/** What an axis or an exclusion looks at. */
export const lastingWhen = whenOf("lastingWhen", lasting, 1);
/** A list may be empty: nothing meets it. */
export const lastingWhenIfAny = whenOf("lastingWhenIfAny", lasting, 0);
