import type { Units } from "../scoring/units.ts";
import { type ByteWriter, createByteWriter } from "./byte-writer.ts";
import { FORMAT, NOISE_KINDS, PIECES, RESTS, TEXTS } from "./format.ts";
import type { Outlook, StandingSince } from "./outlook.ts";
import { inCurves, inJumps, type Jump, type Pieced } from "./pieces.ts";
import { inSlopes, type Sloped } from "./slopes.ts";

/** The most bytes that an outlook may take, where it has more than one day. */
const MOST_BYTES = 1_000;

/**
 * An outlook in few bytes, from which every day can be read as it is. What would take more than about a kilobyte is
 * cut, and holds for fewer days.
 */
export function writeOutlook(outlook: Outlook): Uint8Array {
  let days = outlook.totals.length;
  for (;;) {
    const bytes = whole(cut(outlook, days));
    if (bytes.length <= MOST_BYTES || days === 1) return bytes;
    days = Math.max(1, Math.floor((days * MOST_BYTES * 0.95) / bytes.length));
  }
}

function cut(outlook: Outlook, days: number): Outlook {
  if (days === outlook.totals.length) return outlook;
  const standings = outlook.standings.filter(({ since }) => since < days);
  return { ...outlook, totals: outlook.totals.slice(0, days), standings, isFinal: false };
}

function whole(outlook: Outlook): Uint8Array {
  const { from, totals, standings, isFinal } = outlook;
  const out = createByteWriter();
  out.byte(FORMAT + Number(isFinal));
  out.signed(from);
  out.whole(totals.length);
  writeStandings(out, standings);
  for (const byte of shortest(outlook)) out.byte(byte);
  return out.done();
}

/** Each standing once, with its texts; then from when on which of them holds. */
function writeStandings(out: ByteWriter, standings: readonly StandingSince[]): void {
  const lists = standings.map(({ standing }) => TEXTS.map((name) => standing[name] ?? null));
  const keys = lists.map((texts) => JSON.stringify(texts));
  const different = [...new Set(keys)];
  out.whole(different.length);
  for (const key of different) {
    const texts = lists[keys.indexOf(key)] ?? [];
    out.byte(texts.reduce((bits, text, i) => bits + (text === null ? 0 : 2 ** i), 0));
    for (const text of texts) if (text !== null) out.text(text);
  }
  out.whole(standings.length - 1);
  let before = 0;
  standings.forEach(({ since }, i) => {
    if (i === 0) return;
    out.whole(since - before);
    out.whole(different.indexOf(keys[i] ?? ""));
    before = since;
  });
}

/** The totals, in the way that takes the fewest bytes. */
function shortest({ totals, ways }: Outlook): Uint8Array {
  const curves = inCurves(totals, ways);
  const lags = [1, ...ways.lags].filter((lag) => ways.lags.length > 0 && lag * 2 < totals.length);
  const all = [
    writePieced(inJumps(totals)),
    ...(curves ? [writePieced(curves)] : []),
    ...lags.map((lag) => writeSloped(inSlopes(totals, lag))),
  ];
  return all.reduce((best, other) => (other.length < best.length ? other : best));
}

function writeSloped({ lag, base, jumps }: Sloped): Uint8Array {
  const out = createByteWriter();
  out.whole(lag);
  out.signed(base);
  writeJumps(out, jumps);
  return out.done();
}

function writePieced({ fadings, pieces, jumps, noise }: Pieced): Uint8Array {
  const out = createByteWriter();
  out.whole(PIECES);
  out.whole(fadings.length);
  for (const { left, every } of fadings) {
    out.float(left);
    out.whole(every);
  }
  out.whole(pieces.length);
  let before = 0;
  for (const piece of pieces) {
    const isCurve = "coefficients" in piece;
    out.whole((piece.start - before) * 2 + Number(isCurve));
    before = piece.start;
    if (isCurve) for (const value of piece.coefficients) out.float(value);
    else out.signed(piece.base);
  }
  writeJumps(out, jumps);
  if (pieces.some((piece) => "coefficients" in piece)) writeNoise(out, noise);
  return out.done();
}

/** In multiples of what divides them all: of round numbers little is left. */
function writeJumps(out: ByteWriter, jumps: readonly Jump[]): void {
  out.whole(jumps.length);
  if (jumps.length === 0) return;
  const unit = jumps.reduce((divisor, { by }) => commonDivisor(divisor, Math.abs(by)), 0);
  out.whole(unit);
  let before = 0;
  for (const { at, by } of jumps) {
    out.whole(at - before);
    out.signed(by / unit);
    before = at;
  }
}

function commonDivisor(a: Units, b: Units): Units {
  let [larger, smaller] = [a, b];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** In the way that takes the fewest bytes. */
function writeNoise(out: ByteWriter, noise: readonly number[]): void {
  const all = NOISE_KINDS.map((_, kind) => noiseBytes(noise, kind));
  const best = all.reduce((shorter, other) => (other.length < shorter.length ? other : shorter));
  for (const byte of best) out.byte(byte);
}

function noiseBytes(noise: readonly number[], kind: number): Uint8Array {
  const { width, perByte } = NOISE_KINDS[kind] ?? NOISE_KINDS[0];
  const out = createByteWriter();
  out.byte(kind);
  const inner = noise.map((value) => Math.max(-width, Math.min(width, value)));
  const packed = width > 0 ? inner.length : 0;
  for (let i = 0; i < packed; i += perByte) {
    let byte = 0;
    for (let j = perByte - 1; j >= 0; j -= 1) byte = byte * (2 * width + 1) + width + (inner[i + j] ?? 0);
    out.byte(byte);
  }
  const rests = noise.map((value, place) => ({ place, rest: value - (inner[place] ?? 0) }));
  writeRests(
    out,
    rests.filter(({ rest }) => rest !== 0),
  );
  return out.done();
}

function writeRests(out: ByteWriter, rests: readonly { place: number; rest: number }[]): void {
  out.whole(rests.length);
  let before = 0;
  for (const { place, rest } of rests) {
    const known = RESTS.findIndex((usual) => usual === rest);
    out.whole((place - before) * (RESTS.length + 1) + known + 1);
    if (known === -1) out.signed(rest);
    before = place;
  }
}
