import type { Load } from "./load.ts";

/** One of those that are measured: what a sample of it is, and how many events a request of it has. */
export interface Contender {
  readonly name: string;
  readonly events: number;
  sample(): Promise<Load>;
}

export interface Comparison {
  readonly contender: Contender;
  readonly samples: readonly Load[];
  /** Our rate by its, both in events and in requests; one for each sample of ours. None for ours. */
  readonly byEvent: readonly number[];
  readonly byRequest: readonly number[];
}

/** Each sample of ours lies between two of all others', and is held against the mean of the two. */
export async function compare(
  ours: Contender,
  others: readonly Contender[],
  pairs: number,
): Promise<Comparison[]> {
  const mine: Load[] = [];
  const theirs = others.map((): Load[] => []);
  const sampleOthers = async () => {
    for (const [i, other] of others.entries()) theirs[i]?.push(await other.sample());
  };
  await sampleOthers();
  for (let i = 0; i < pairs; i += 1) {
    mine.push(await ours.sample());
    await sampleOthers();
  }
  const comparisons = others.map((contender, nth) => {
    const samples = theirs[nth] ?? [];
    const byRequest = ratios(mine, samples);
    return {
      contender,
      samples,
      byRequest,
      byEvent: byRequest.map((ratio) => (ratio * ours.events) / contender.events),
    };
  });
  return [{ contender: ours, samples: mine, byEvent: [], byRequest: [] }, ...comparisons];
}

/** There is one more of theirs than of ours. */
export function ratios(mine: readonly Load[], theirs: readonly Load[]): number[] {
  return mine.map(({ requestsPerSecond }, i) => {
    const around = (theirs[i]?.requestsPerSecond ?? NaN) + (theirs[i + 1]?.requestsPerSecond ?? NaN);
    return (2 * requestsPerSecond) / around;
  });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

/** A line for each contender, and one for each ratio. */
export function linesOf(title: string, comparisons: readonly Comparison[]): string[] {
  const width = Math.max(...comparisons.map(({ contender }) => contender.name.length));
  const rates = comparisons.map(({ contender: { name, events }, samples }) => {
    const of = (field: keyof Load) => median(samples.map((sample) => sample[field]));
    const rate = of("requestsPerSecond");
    const failed = samples.reduce((sum, sample) => sum + sample.failed, 0);
    return (
      `  ${name.padEnd(width)} ${rate.toFixed(0).padStart(6)} requests/s ${(rate * events).toFixed(0).padStart(7)} events/s` +
      `  p50 ${of("p50")} ms  p99 ${of("p99")} ms  CPU ${of("cpuUs").toFixed(0)} µs a request  failed ${failed}`
    );
  });
  const quotients = comparisons.flatMap(({ contender: { name }, byRequest, byEvent }) => {
    if (byRequest.length === 0) return [];
    return `  ours ÷ ${name.padEnd(width)} ${spread(byRequest)} by the request, ${spread(byEvent)} by the event`;
  });
  return [`\n${title}`, ...rates, ...quotients];
}

function spread(numbers: readonly number[]): string {
  return `${median(numbers).toFixed(2)} (${Math.min(...numbers).toFixed(2)} to ${Math.max(...numbers).toFixed(2)})`;
}
