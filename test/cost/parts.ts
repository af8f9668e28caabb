import { NOTHING, type Usage } from "./prices.ts";

/** What the objects have done, by the meter's own words: a verb, a kind of object, and what (see metered/). */
export type Counts = Readonly<Record<string, number>>;

export interface Part {
  readonly name: string;
  readonly usage: Usage;
}

const ALARMS = "alarms and what they delete, 90 days on";
const OTHER = "other";

/** The first that fits says where a count belongs. */
const PARTS: readonly (readonly [name: string, of: RegExp])[] = [
  ["the tag's script", /^asked \/afterglow/],
  ["beacons", /^asked \/v1\/batch$|Contact(?:\.ingest| hot row| links| sqlite_master| ledger| alarm)$/],
  ["packing days that are over", /Contact packed row$/],
  [
    "entering new contacts",
    /Directory(?:\.register| known| hash_key| deleted| sqlite_master| new tables| contacts| aliases)$/,
  ],
  ["the index", /ContactIndex\b|Contact\.entry$/],
  ["crossings, handed on", /Deliveries\b|Contact crossings$/],
  ["the files of new contacts", /Contact new tables$/],
  ["sites, as isolates ask for them", /Sites\b/],
  ["models, as isolates ask for them", /Models\b/],
  ["counts of what is refused", /Directory(?:\.countRefused| rejections)$/],
];
/** Setting one is a row of its own, made with a contact. */
const SET = /^written Contact alarm$/;
const SET_NAME = "setting alarms";

const UNITS = {
  asked: "workerRequests",
  called: "objectRequests",
  active: "activeMs",
  read: "rowsRead",
  written: "rowsWritten",
} as const;

/** Everything that was counted on the day and by the alarms that it has set, each in one part. */
export function partsOf(day: Counts, later: Counts): Part[] {
  const parts = new Map<string, Record<keyof Usage, number>>();
  const add = (name: string, what: string, count: number) => {
    const unit = UNITS[what.slice(0, what.indexOf(" ")) as keyof typeof UNITS];
    if (unit === undefined) return;
    const usage = parts.get(name) ?? { ...NOTHING };
    usage[unit] += count;
    parts.set(name, usage);
  };
  for (const [what, count] of Object.entries(day)) add(partOf(what), what, count);
  for (const [what, count] of Object.entries(later)) add(ALARMS, what, count);
  return [...parts].map(([name, usage]) => ({ name, usage }));
}

function partOf(what: string): string {
  if (SET.test(what)) return SET_NAME;
  return PARTS.find(([, of]) => of.test(what))?.[0] ?? OTHER;
}

/** Of all parts together. */
export function sumOf(parts: readonly Part[]): Usage {
  const sum: Record<keyof Usage, number> = { ...NOTHING };
  for (const { usage } of parts) {
    for (const unit of Object.keys(sum) as (keyof Usage)[]) sum[unit] += usage[unit];
  }
  return sum;
}
