import type { Units } from "../scoring/units.ts";
import { type Coefficients, coefficientsOf, curveAt } from "./curve.ts";
import { fitCurve } from "./fit.ts";
import type { Fading, Ways } from "./outlook.ts";

/** A stretch of days: by a curve where it fades, else from a first value. What it misses are jumps and noise. */
export type Piece =
  | { readonly start: number; readonly base: Units }
  | { readonly start: number; readonly coefficients: Coefficients };

/** From a day on, totals are so much higher. */
export interface Jump {
  readonly at: number;
  readonly by: Units;
}

/** Totals in pieces. */
export interface Pieced {
  readonly fadings: readonly Fading[];
  readonly pieces: readonly Piece[];
  /** The height begins anew with each piece. */
  readonly jumps: readonly Jump[];
  /** What is missing yet, of the days of curves only, one after the other. */
  readonly noise: readonly number[];
}

/** The largest noise: two of it fit in a byte. */
const MOST_NOISE = 7;
/** More would cost more than they save. */
const MOST_COEFFICIENTS = 64;
/** Jumps are mostly thousandths of a point, such as an owner writes. */
const ROUND_UNITS = 1_000_000;
/** Bytes that a day costs by itself, and a coefficient; see `write`. */
const BYTES_A_JUMP = 6;
const BYTES_A_NUMBER = 8;

/** One piece, and a jump wherever anything changes. */
export function inJumps(totals: readonly Units[]): Pieced {
  return measure(totals, [], [{ start: 0, base: totals[0] ?? 0 }]);
}

/** Totals by curves; `undefined` where they are not of that kind. */
export function inCurves(totals: readonly Units[], ways: Ways): Pieced | undefined {
  const { fadings } = ways;
  const size = coefficientsOf(fadings);
  const least = Math.ceil((size * BYTES_A_NUMBER + 16) / BYTES_A_JUMP);
  if (fadings.length === 0 || size > MOST_COEFFICIENTS || totals.length < least) return undefined;
  const pieces: Piece[] = [];
  for (const { start, smooth } of smoothStretches(totals, ways)) {
    const fades = smooth.length >= least && smooth.some((units) => units !== smooth[0]);
    const coefficients = fades ? fitCurve(fadings, smooth) : undefined;
    const before = pieces.at(-1);
    if (coefficients) pieces.push({ start, coefficients });
    else if (!before || "coefficients" in before) pieces.push({ start, base: totals[start] ?? 0 });
  }
  const pieced = measure(totals, fadings, pieces);
  return pieced.jumps.every(({ by }) => Number.isSafeInteger(by * 2)) ? pieced : undefined;
}

interface Stretch {
  readonly start: number;
  /** The totals without their jumps. */
  readonly smooth: Units[];
}

/**
 * What fades by fixed parts beside a constant fulfils a recurrence, but for rounding. Where it does not, a round number
 * is a jump, after which all goes on as before; anything else begins a new stretch.
 */
function smoothStretches(totals: readonly Units[], { fadings, rounded }: Ways): Stretch[] {
  const recurrence = recurrenceOf(fadings);
  const weight = recurrence.reduce((sum, part) => sum + Math.abs(part), 0);
  const largest = totals.reduce((most, units) => Math.max(most, Math.abs(units)), 0);
  const allowed = weight * ((rounded + 1) / 2 + largest * 1e-15);
  const stretches: Stretch[] = [];
  let smooth: Units[] = [];
  let height = 0;
  totals.forEach((total, day) => {
    const now = total - height;
    const missed = smooth.length < recurrence.length - 1 ? 0 : missing(recurrence, smooth, now);
    const jump = Math.abs(missed) <= allowed ? 0 : roundJump(missed, allowed);
    if (jump === undefined || day === 0) {
      smooth = [total];
      height = 0;
      stretches.push({ start: day, smooth });
      return;
    }
    smooth.push(now - jump);
    height += jump;
  });
  return stretches;
}

/** The product of all `1 − left·B^every` and `1 − B`, where `B` is the day before. */
function recurrenceOf(fadings: readonly Fading[]): number[] {
  let product = [1];
  for (const { left, every } of [{ left: 1, every: 1 }, ...fadings]) {
    const before = product;
    product = Array.from(
      { length: before.length + every },
      (_, i) => (before[i] ?? 0) - left * (before[i - every] ?? 0),
    );
  }
  return product;
}

function missing(recurrence: readonly number[], smooth: readonly Units[], now: Units): number {
  let sum = now;
  for (let i = 1; i < recurrence.length; i += 1) {
    sum += (recurrence[i] ?? 0) * (smooth[smooth.length - i] ?? 0);
  }
  return sum;
}

/** Of what a curve has missed, all that is not noise. */
function jumpOf(missed: Units): Units {
  return Math.abs(missed) <= MOST_NOISE ? 0 : (roundJump(missed, MOST_NOISE) ?? missed);
}

/** `undefined` where it is no round number. */
function roundJump(by: number, allowed: number): Units | undefined {
  const round = Math.round(by / ROUND_UNITS) * ROUND_UNITS;
  return round !== 0 && Math.abs(by - round) <= allowed ? round : undefined;
}

/** Finds the jumps and the noise that lead from pieces to the totals. */
function measure(totals: readonly Units[], fadings: readonly Fading[], pieces: readonly Piece[]): Pieced {
  const jumps: Jump[] = [];
  const noise: number[] = [];
  pieces.forEach((piece, i) => {
    const end = pieces[i + 1]?.start ?? totals.length;
    let height = 0;
    for (let at = piece.start; at < end; at += 1) {
      const isCurve = "coefficients" in piece;
      const level = isCurve ? curveAt(fadings, piece.coefficients, at - piece.start) : piece.base;
      const missed = (totals[at] ?? 0) - level - height;
      const jump = isCurve ? jumpOf(missed) : missed;
      if (jump !== 0) jumps.push({ at, by: jump });
      height += jump;
      if (isCurve) noise.push(missed - jump);
    }
  });
  return { fadings, pieces, jumps, noise };
}
