import type { Units } from "../scoring/units.ts";
import { type ByteReader, DamagedOutlook } from "./byte-reader.ts";
import { coefficientsOf, curveAt } from "./curve.ts";
import { NOISE_KINDS, PIECES, RESTS } from "./format.ts";
import type { Fading } from "./outlook.ts";
import type { Jump, Piece } from "./pieces.ts";
import { expected } from "./slopes.ts";

/** The totals of an outlook, by days after its first. */
export interface Totals {
  at(day: number): Units;
  /** The last day, up to `end`, until which the total is what it is on `day`. */
  sameUntil(day: number, end: number): number;
}

export function readTotals(bytes: ByteReader, days: number): Totals {
  const kind = bytes.whole();
  return kind === PIECES ? readPieced(bytes, days) : readSloped(bytes, days, kind);
}

function readSloped(bytes: ByteReader, days: number, lag: number): Totals {
  const totals = new Float64Array(days);
  totals[0] = bytes.signed();
  const jumps = readJumps(bytes, days);
  let next = 0;
  for (let day = 0; day < days; day += 1) {
    if (day > 0) totals[day] = expected(totals, day, lag);
    for (; jumps[next]?.at === day; next += 1) totals[day] = (totals[day] ?? 0) + (jumps[next]?.by ?? 0);
    checked(totals[day] ?? 0);
  }
  return {
    at: (day) => totals[day] ?? 0,
    sameUntil(day, end) {
      let last = day;
      while (last < end && totals[last + 1] === totals[day]) last += 1;
      return last;
    },
  };
}

/** A piece, and how many days of curves there are before it. */
type Placed = Piece & { readonly noiseFrom: number; readonly end: number };

function readPieced(bytes: ByteReader, days: number): Totals {
  const fadings = readFadings(bytes);
  const pieces = readPieces(bytes, fadings, days);
  const jumps = heightsOf(readJumps(bytes, days), pieces);
  const curveDays = pieces.reduce((sum, piece) => sum + (isCurve(piece) ? piece.end - piece.start : 0), 0);
  const noise = pieces.some(isCurve) ? readNoise(bytes, curveDays) : undefined;

  function pieceAt(day: number): Placed | undefined {
    return pieces.find(({ end }) => day < end);
  }

  function at(day: number): Units {
    const piece = pieceAt(day);
    if (piece === undefined) throw new DamagedOutlook("a day is missing");
    const before = jumps[jumpsUpTo(jumps, day) - 1];
    const height = before !== undefined && before.at >= piece.start ? before.by : 0;
    if (!isCurve(piece)) return checked(piece.base + height);
    const since = day - piece.start;
    const level = curveAt(fadings, piece.coefficients, since);
    return checked(level + height + (noise?.(piece.noiseFrom + since) ?? 0));
  }

  return {
    at,
    sameUntil(day, end) {
      const total = at(day);
      let last = day;
      while (last < end) {
        const piece = pieceAt(last);
        // Where nothing fades, only a jump or the next piece brings another total.
        if (piece && !isCurve(piece)) {
          last = Math.min(end, (jumps[jumpsUpTo(jumps, last)]?.at ?? piece.end) - 1, piece.end - 1);
        }
        if (last === end || at(last + 1) !== total) return last;
        last += 1;
      }
      return last;
    },
  };
}

function isCurve(piece: Placed): piece is Extract<Placed, { coefficients: unknown }> {
  return "coefficients" in piece;
}

function readFadings(bytes: ByteReader): Fading[] {
  return Array.from({ length: bytes.count() }, () => {
    const left = bytes.float();
    const every = bytes.whole();
    if (every < 1 || every > bytes.left) throw new DamagedOutlook("a period is not one of days");
    return { left, every };
  });
}

function readPieces(bytes: ByteReader, fadings: readonly Fading[], days: number): Placed[] {
  const size = coefficientsOf(fadings);
  let start = 0;
  const pieces = Array.from({ length: bytes.count() }, (_, i): Piece => {
    const head = bytes.whole();
    const gap = Math.floor(head / 2);
    start += gap;
    if ((i === 0) !== (gap === 0) || start >= days) throw new DamagedOutlook("the pieces overlap");
    if (head % 2 === 0) return { start, base: bytes.signed() };
    return { start, coefficients: Array.from({ length: size }, () => bytes.float()) };
  });
  let noiseFrom = 0;
  return pieces.map((piece, i) => {
    const placed = { ...piece, noiseFrom, end: pieces[i + 1]?.start ?? days };
    if ("coefficients" in piece) noiseFrom += placed.end - piece.start;
    return placed;
  });
}

function readJumps(bytes: ByteReader, days: number): Jump[] {
  const count = bytes.count();
  if (count === 0) return [];
  const unit = bytes.whole();
  let at = 0;
  return Array.from({ length: count }, () => {
    at += bytes.whole();
    if (at >= days) throw new DamagedOutlook("a jump lies behind the end");
    return { at, by: checked(bytes.signed() * unit) };
  });
}

/** From each jump on, what all jumps of its piece come to. */
function heightsOf(jumps: readonly Jump[], pieces: readonly Placed[]): Jump[] {
  let height = 0;
  let place = 0;
  return jumps.map(({ at, by }) => {
    while (at >= (pieces[place]?.end ?? Infinity)) {
      place += 1;
      height = 0;
    }
    height = checked(height + by);
    return { at, by: height };
  });
}

/** How many jumps there are up to and including a day. */
function jumpsUpTo(jumps: readonly Jump[], day: number): number {
  let low = 0;
  let high = jumps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((jumps[middle]?.at ?? 0) <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is missing on a day of a curve, by its place among all of these. */
function readNoise(bytes: ByteReader, curveDays: number): (place: number) => number {
  const kind = NOISE_KINDS[bytes.byte()];
  if (kind === undefined) throw new DamagedOutlook("an unknown kind of noise");
  const { width, perByte } = kind;
  const inner = bytes.bytes(Math.ceil(curveDays / perByte));
  const rests = readRests(bytes);
  const base = 2 * width + 1;
  return (place) => {
    let digits = inner[Math.floor(place / perByte)] ?? 0;
    for (let left = width > 0 ? place % perByte : 0; left > 0; left -= 1) digits = Math.floor(digits / base);
    return (digits % base) - width + (rests.get(place) ?? 0);
  };
}

function readRests(bytes: ByteReader): ReadonlyMap<number, number> {
  const rests = new Map<number, number>();
  let place = 0;
  for (let left = bytes.count(); left > 0; left -= 1) {
    const head = bytes.whole();
    const known = (head % (RESTS.length + 1)) - 1;
    place += Math.floor(head / (RESTS.length + 1));
    rests.set(place, known === -1 ? bytes.signed() : (RESTS[known] ?? 0));
  }
  return rests;
}

function checked(units: number): Units {
  if (!Number.isSafeInteger(units)) throw new DamagedOutlook("a total is not a whole number");
  return units + 0;
}
