import { type Day, DAY_MS } from "../day.ts";
import { VALUE_UNITS } from "../facts.ts";
import type { CountDocument, Each } from "./document.ts";
import { daysOf, activeMsOf } from "./duration.ts";
import type { Feed } from "./feeds.ts";
import type { OccurrenceRule } from "./full-model.ts";
import { type Gathered, gatherTimes, gatherValues } from "./gather.ts";

/** How many payments lie on which day: parallel lists, ascending. */
export interface Payments {
  readonly days: readonly Day[];
  readonly units: readonly number[];
  /** Whether there are negative ones: of a value that was paid back. */
  readonly takesBack: boolean;
  /** How many at the beginning of the lists stay as they are, whatever comes on later days. */
  readonly settled: number;
}

/** Makes payments of occurrences, day by day. */
export interface PaymentsMaker {
  /** Takes the entries `from` to before `to` of a feed, in the order of days; whole days at a time. */
  take(feed: Feed, from: number, to: number): void;
  /** What is paid as of a day, at or after the last one added. */
  paid(at: Day): Payments;
}

/** The payments of a rule, before its limits. */
export function createPayments(rule: OccurrenceRule): PaymentsMaker {
  const last = rule.ages === "last";
  const { count, per } = rule;
  if (count?.repeat) return payPerCount(count);
  if (count) return count.within ? payWhileEnough(count) : payAtCount(count, last);
  if (typeof per === "object") {
    if ("distinct" in per) return payPerValue(last);
    return payPerAmount("active" in per ? activeMsOf(per.active) : per.value * VALUE_UNITS);
  }
  switch (per) {
    case undefined:
    case "event":
      return payPerAmount(1);
    case "once":
      return payPerPeriod(() => 0, last);
    case "day":
    case "week":
    case "month":
      return payPerPeriod((day) => periodOf(per, day, 0), last);
    default:
      return payAndRest(daysOf(per));
  }
}

/** The number of the period in which a day lies: equal for all days of one period. */
export function periodOf(period: Each, day: Day, firstDay: Day): number {
  switch (period) {
    case "day":
      return day;
    case "week":
      // Day 0, the first of 1970, was a Thursday.
      return Math.floor((day + 3) / 7);
    case "month": {
      const date = new Date(day * DAY_MS);
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    }
    default:
      return Math.floor((day - firstDay) / daysOf(period));
  }
}

/** A list of payments that grows at its end. */
export class Series implements Payments {
  readonly days: Day[] = [];
  readonly units: number[] = [];
  takesBack = false;
  /** The place from which payments may still move to another day. */
  openFrom = Infinity;

  get settled(): number {
    return Math.min(this.days.length, this.openFrom);
  }

  push(day: Day, units: number): number {
    const end = this.days.length - 1;
    if (this.days[end] === day) {
      this.units[end] = (this.units[end] ?? 0) + units;
      return end;
    }
    this.days.push(day);
    this.units.push(units);
    return end + 1;
  }

  remove(place: number): void {
    this.units[place] = (this.units[place] ?? 0) - 1;
  }
}

function payPerAmount(size: number): PaymentsMaker {
  const series = new Series();
  return {
    take({ days, amounts }, from, to) {
      for (let i = from; i < to; i += 1) {
        const units = Math.trunc((amounts[i] ?? 0) / size);
        if (units !== 0) series.push(days[i] ?? 0, units);
        if (units < 0) series.takesBack = true;
      }
    },
    paid: () => series,
  };
}

/** Calls back for each entry. */
function each(add: (day: Day, amount: number, value: string) => void): PaymentsMaker["take"] {
  return function take({ days, amounts, values }, from, to) {
    for (let i = from; i < to; i += 1) add(days[i] ?? 0, amounts[i] ?? 0, values?.[i] ?? "");
  };
}

/** Once in each period, on the day of its first occurrence or of its last. */
function payPerPeriod(periodOfDay: (day: Day) => number, last: boolean): PaymentsMaker {
  const series = new Series();
  let period = -Infinity;
  let place = -1;
  return {
    take({ days }, from, to) {
      for (let i = from; i < to; i += 1) {
        const day = days[i] ?? 0;
        const now = periodOfDay(day);
        if (now === period) {
          if (!last) continue;
          series.remove(place);
        }
        period = now;
        place = series.push(day, 1);
        if (last) series.openFrom = place;
      }
    },
    paid: () => series,
  };
}

/** Once for each value, on the day of its first occurrence or of its last. */
function payPerValue(last: boolean): PaymentsMaker {
  const series = new Series();
  if (last) series.openFrom = 0;
  const places = new Map<string, number>();
  return {
    take: each((day, _, value) => {
      const place = places.get(value);
      if (place !== undefined && !last) return;
      if (place !== undefined) series.remove(place);
      places.set(value, series.push(day, 1));
    }),
    paid: () => series,
  };
}

/** An occurrence, then none for so many days. */
function payAndRest(days: number): PaymentsMaker {
  const series = new Series();
  let next = -Infinity;
  return {
    take: each((day) => {
      if (day < next) return;
      series.push(day, 1);
      next = day + days;
    }),
    paid: () => series,
  };
}

function gather({ distinct }: CountDocument): Gathered {
  return distinct === undefined ? gatherTimes() : gatherValues();
}

/** Pays once, on the day on which the count is reached; or, `last`, on that of the last occurrence. */
function payAtCount(count: CountDocument, last: boolean): PaymentsMaker {
  const series = new Series();
  if (last) series.openFrom = 0;
  const gathered = gather(count);
  let place = -1;
  return {
    take: each((day, amount, value) => {
      if (place === -1) {
        gathered.add(day, amount, value);
        if (gathered.since(-Infinity) >= count.gte) place = series.push(day, 1);
      } else if (last) {
        series.remove(place);
        place = series.push(day, 1);
      }
    }),
    paid: () => series,
  };
}

/** Pays each time when the count is complete. What a day holds is gathered first, and then used up. */
function payPerCount(count: CountDocument): PaymentsMaker {
  const series = new Series();
  const gathered = gather(count);
  const within = count.within === undefined ? Infinity : daysOf(count.within);
  let today: Day = -Infinity;
  function settle(): void {
    const completed = Math.floor(gathered.since(-Infinity) / count.gte);
    if (completed === 0) return;
    gathered.use(completed * count.gte);
    series.push(today, completed);
  }
  return {
    take: each((day, amount, value) => {
      if (day > today) {
        settle();
        gathered.drop(day - within + 1);
        today = day;
      }
      gathered.add(day, amount, value);
    }),
    paid() {
      settle();
      return series;
    },
  };
}

/** Pays while there are enough in the window; the payment has the day of the last occurrence. */
function payWhileEnough(count: CountDocument): PaymentsMaker {
  const gathered = gather(count);
  const within = daysOf(count.within ?? "1d");
  let lastDay: Day = 0;
  return {
    take({ days, amounts, values }, from, to) {
      lastDay = days[to - 1] ?? lastDay;
      gathered.drop(lastDay - within + 1);
      let first = to;
      while (first > from && (days[first - 1] ?? 0) > lastDay - within) first -= 1;
      for (let i = first; i < to; i += 1) gathered.add(days[i] ?? 0, amounts[i] ?? 0, values?.[i] ?? "");
    },
    paid(at) {
      const enough = gathered.since(at - within + 1) >= count.gte;
      return enough ? { days: [lastDay], units: [1], takesBack: false, settled: 0 } : NOTHING;
    },
  };
}

const NOTHING: Payments = { days: [], units: [], takesBack: false, settled: 0 };
