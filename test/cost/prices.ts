/**
 * In US dollars, as published by Cloudflare and read on 2026-11-25 at
 * https://developers.cloudflare.com/workers/platform/pricing/ (requests and CPU time of Workers) and
 * https://developers.cloudflare.com/durable-objects/platform/pricing/ (everything else). What a plan includes is left out.
 */
const PRICES = {
  workerRequests: 0.3 / 1e6,
  cpuMs: 0.02 / 1e6,
  /** A call of a method of an object, and an alarm that goes off. */
  objectRequests: 0.15 / 1e6,
  gbSeconds: 12.5 / 1e6,
  rowsRead: 0.001 / 1e6,
  /** Setting an alarm is one, too. */
  rowsWritten: 1 / 1e6,
  gbMonths: 0.2,
} as const;

/** An object is billed for this, whatever it uses. */
const OBJECT_GB = 128 / 1_000;

export interface Usage {
  readonly workerRequests: number;
  readonly cpuMs: number;
  readonly objectRequests: number;
  /** How long objects were active, by the clock. */
  readonly activeMs: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Bytes that are stored, times months. */
  readonly byteMonths: number;
}

export const NOTHING: Usage = {
  workerRequests: 0,
  cpuMs: 0,
  objectRequests: 0,
  activeMs: 0,
  rowsRead: 0,
  rowsWritten: 0,
  byteMonths: 0,
};

export function dollarsOf(usage: Partial<Usage>): number {
  const { workerRequests, cpuMs, objectRequests, activeMs, rowsRead, rowsWritten, byteMonths } = {
    ...NOTHING,
    ...usage,
  };
  return (
    workerRequests * PRICES.workerRequests +
    cpuMs * PRICES.cpuMs +
    objectRequests * PRICES.objectRequests +
    (activeMs / 1_000) * OBJECT_GB * PRICES.gbSeconds +
    rowsRead * PRICES.rowsRead +
    rowsWritten * PRICES.rowsWritten +
    (byteMonths / 1e9) * PRICES.gbMonths
  );
}
