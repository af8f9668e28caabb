import { type Day, LAST_DAY } from "../day.ts";
import type { Units } from "../scoring/units.ts";
import { ByteReader, DamagedOutlook } from "./byte-reader.ts";
import { FORMAT, MOST_DAYS, TEXTS } from "./format.ts";
import type { OutlookStanding, StandingSince } from "./outlook.ts";
import { readTotals, type Totals } from "./read-totals.ts";

/** What an outlook says of a day. */
export interface Foreseen extends OutlookStanding {
  readonly units: Units;
  /** The last day on which score and standing are what they are on this one, as far as the outlook goes. */
  readonly until: Day;
}

/** The band from a day on. */
export interface ForeseenBand {
  readonly day: Day;
  readonly band: string | null;
}

interface Head {
  readonly from: Day;
  /** The days that are written down; with the last of them a final outlook goes on to the end of time. */
  readonly days: number;
  readonly isFinal: boolean;
  readonly standings: readonly StandingSince[];
}

/**
 * What is written of a day; `undefined` before the first and after the last. Throws a `DamagedOutlook` where the bytes
 * are not ones that `writeOutlook` makes.
 */
export function readOutlook(bytes: Uint8Array, day: Day): Foreseen | undefined {
  const reader = new ByteReader(bytes);
  const head = readHead(reader);
  const { from, days, isFinal, standings } = head;
  if (!(day >= from && day <= lastDayOf(head))) return undefined;
  const totals = readAllTotals(reader, days);
  const at = Math.min(day - from, days - 1);
  const place = standings.findLastIndex(({ since }) => since <= at);
  const end = (standings[place + 1]?.since ?? days) - 1;
  const last = totals.sameUntil(at, end);
  const until = isFinal && last === days - 1 ? LAST_DAY : from + last;
  return { ...(standings[place]?.standing ?? { band: null }), units: totals.at(at), until };
}

/** The last day of which an outlook says anything. */
export function outlookEnd(bytes: Uint8Array): Day {
  return lastDayOf(readHead(new ByteReader(bytes)));
}

/** The band of the outlook's first day, and each that follows on a later one. */
export function foreseenBands(bytes: Uint8Array): ForeseenBand[] {
  const { from, standings } = readHead(new ByteReader(bytes));
  const bands = standings.map(({ since, standing }) => ({ day: from + since, band: standing.band }));
  return bands.filter(({ band }, i) => i === 0 || band !== bands[i - 1]?.band);
}

function readHead(reader: ByteReader): Head {
  const format = reader.byte();
  if (format !== FORMAT && format !== FORMAT + 1) throw new DamagedOutlook("they are of no known format");
  const from = reader.signed();
  const days = reader.whole();
  if (days < 1 || days > MOST_DAYS || Math.abs(from) > LAST_DAY || from + days - 1 > LAST_DAY) {
    throw new DamagedOutlook("their days are none");
  }
  const different = Array.from({ length: reader.count() }, () => readStanding(reader));
  const [first] = different;
  if (first === undefined) throw new DamagedOutlook("there is no standing");
  let since = 0;
  const changes = Array.from({ length: reader.count() }, (): StandingSince => {
    const gap = reader.whole();
    since += gap;
    const standing = different[reader.whole()];
    if (standing === undefined || gap === 0 || since >= days) throw new DamagedOutlook("a change is none");
    return { since, standing };
  });
  return {
    from,
    days,
    isFinal: format !== FORMAT,
    standings: [{ since: 0, standing: first }, ...changes],
  };
}

function readStanding(reader: ByteReader): OutlookStanding {
  const bits = reader.byte();
  if (bits >= 2 ** TEXTS.length) throw new DamagedOutlook("a standing has unknown parts");
  const texts = TEXTS.flatMap((name, i) => ((bits >> i) % 2 === 1 ? [[name, reader.text()] as const] : []));
  return { band: null, ...Object.fromEntries(texts) };
}

function readAllTotals(reader: ByteReader, days: number): Totals {
  const totals = readTotals(reader, days);
  if (reader.left > 0) throw new DamagedOutlook("something follows after their end");
  return totals;
}

function lastDayOf({ from, days, isFinal }: Head): Day {
  return isFinal ? LAST_DAY : from + days - 1;
}
