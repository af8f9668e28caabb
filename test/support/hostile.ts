import fc from "fast-check";

/** `PROPERTY_RUNS=20` runs each property twenty times as often. */
export const runs = (count: number, times: string | undefined) => ({ numRuns: count * Number(times ?? 1) });

const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "path",
  "value",
  "active_ms",
  "form",
  "url",
  "search",
  "referrer",
  "title",
  "campaign",
  "",
];
const EVENT_NAMES = [
  "Page Engaged",
  "Form Submitted",
  "Visit Started",
  "Events Dropped",
  "Score Adjusted",
  "page",
  "other",
  "__proto__",
  "toString",
  "",
];
const TYPES = ["page", "track", "identify", "screen", "group", "alias", "", "__proto__", "PAGE"];
const TEXTS = [
  "\ud800",
  "\udfff\ud800",
  "\u0000",
  "\n",
  "a\u2028b",
  "￿",
  "٣",
  "-0",
  "1e999",
  "2026-02-30",
  "2026-11-23T12:00:00Z",
  "9999-12-31T23:59:59.999999999Z",
  "0000-01-01",
  "https://[::1",
  "//",
  "/%",
  "/\ud800",
  "javascript:0",
  "x".repeat(3_000),
];
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  2 ** 31,
  2 ** 53,
  -(2 ** 53) - 2,
  1e21,
  1e308,
  -1e308,
  5e-324,
  86_400_000,
  86_400_001,
];

const anyText = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string(),
);
const anyNumber = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
const anyName = fc.oneof(fc.constantFrom(...NAMES), anyText);

/** Any JSON value, most often one that somebody could trip over. */
const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    anyText,
    anyNumber,
    fc.constantFrom(true, false, null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(anyName, tie("value")), { maxLength: 4 }).map(asJsonObject),
  ),
})).value;

/** With `__proto__` as a key of its own, as JSON.parse makes it. */
function asJsonObject(entries: readonly (readonly [string, unknown])[]): unknown {
  const parts = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return JSON.parse(`{${parts.join(",")}}`);
}

const anyObject = fc.array(fc.tuple(anyName, anyValue), { maxLength: 6 }).map(asJsonObject);

function orAny<T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: anyValue });
}

const anyTime = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.integer({ min: -40, max: 2 }).map((days) => new Date(Date.now() + days * 86_400_000).toISOString()),
);

/** What nearly is an event of one of these visitors; each part of it may be anything. */
export function anyEventOf(...visitors: readonly string[]): fc.Arbitrary<unknown> {
  const event = fc.record(
    {
      type: orAny(fc.constantFrom(...TYPES)),
      event: orAny(fc.constantFrom(...EVENT_NAMES)),
      messageId: orAny(
        fc.oneof(
          fc.uuid(),
          fc.nat({ max: 99 }).map((n) => `ag:abcdefghijkl:${n}`),
        ),
      ),
      anonymousId: orAny(fc.constantFrom(...visitors)),
      userId: orAny(fc.constantFrom(...visitors)),
      timestamp: orAny(anyTime),
      originalTimestamp: orAny(anyTime),
      sentAt: orAny(anyTime),
      properties: orAny(anyObject),
      traits: orAny(anyObject),
      context: orAny(anyObject),
      name: anyValue,
      groupId: anyValue,
    },
    { requiredKeys: ["type", "anonymousId"] },
  );
  return fc.oneof({ weight: 8, arbitrary: event }, { weight: 1, arbitrary: anyValue });
}

/** A batch of such events, and what else stands in a body. */
export function anyBodyOf(...visitors: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      batch: fc.array(anyEventOf(...visitors), { maxLength: 12 }),
      sentAt: orAny(anyTime),
      confirm: orAny(fc.array(fc.oneof(fc.constant("abcdefghijkl"), anyText), { maxLength: 3 })),
    },
    { requiredKeys: ["batch"] },
  );
}

/** The same bytes with some of them changed, left out, or repeated. */
export function anyDamage(whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const place = fc.double({ min: 0, max: 0.999, noNaN: true });
  const flips = fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
  return fc.tuple(whole, flips, fc.option(place), fc.option(place)).map(([bytes, flipped, cut, twice]) => {
    const damaged = bytes.slice();
    for (const [at, mask] of flipped) {
      const index = Math.floor(at * damaged.length);
      damaged[index] = (damaged[index] ?? 0) ^ mask;
    }
    const end = cut === null ? damaged.length : Math.floor(cut * damaged.length);
    const from = twice === null ? end : Math.floor(twice * end);
    return new Uint8Array([...damaged.subarray(0, end), ...damaged.subarray(from, end)]);
  });
}
