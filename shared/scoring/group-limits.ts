import type { Day } from "../day.ts";
import type { GroupLimit } from "./document.ts";
import { createLimitedSum } from "./limited-sum.ts";
import type { Entry, LimitedSum } from "./payer.ts";
import { entryOf, type RuleRun } from "./rule-run.ts";
import { toUnits, type Units } from "./units.ts";

/** The payments of a group's rules under the group's limits. */
export interface GroupLimits {
  /**
   * Their sum, of the rules that pay as of these days, see `RuleRun.worth`; `undefined` where it is not less than that
   * of the rules by themselves.
   */
  sum(paying: readonly RuleRun[], gains: Day, losses: Day, now: Day): Units | undefined;
}

/** What was summed of some rules, and how often each had been reset. */
interface Kept {
  readonly paying: readonly RuleRun[];
  readonly generations: readonly number[];
  readonly sum: LimitedSum;
  /** By rule, how many payments are in the sum. */
  readonly to: number[];
}

export function createGroupLimits(limits: readonly GroupLimit[]): GroupLimits {
  let kept: Kept | undefined;

  function begin(paying: readonly RuleRun[], firstDay: Day): Kept {
    const payers = paying.map((run) => run.payer);
    return {
      paying,
      generations: paying.map((run) => run.generation),
      sum: createLimitedSum(limits, payers, firstDay, 1),
      to: paying.map(() => 0),
    };
  }

  return {
    sum(paying, gains, losses, now) {
      const firstDay = Math.min(Infinity, ...paying.map((run) => run.firstDay() ?? Infinity));
      if (firstDay === Infinity) return undefined;
      const known = kept && isOf(kept, paying) ? kept : begin(paying, firstDay);
      kept = known;
      const added: Entry[] = [];
      const extras: Entry[] = [];
      paying.forEach((run, source) => {
        const { days, units, settled } = run.counting(gains, losses);
        for (let i = known.to[source] ?? 0; i < settled; i += 1) added.push(entryOf(days, units, i, source));
        for (let i = settled; i < days.length; i += 1) extras.push(entryOf(days, units, i, source));
        known.to[source] = settled;
      });
      for (const entry of added.sort(byDay)) known.sum.add(entry);
      const { points, isCut } = known.sum.read(gains, losses, now, extras.sort(byDay));
      // What a rule is spared by its own limits is not spared here: so the sum never falls while points fade.
      const isLess = isCut || paying.some((run) => run.spared(gains, losses, now) !== 0);
      return isLess ? toUnits(points) : undefined;
    },
  };
}

function isOf({ paying, generations }: Kept, now: readonly RuleRun[]): boolean {
  return (
    paying.length === now.length &&
    paying.every((run, i) => run === now[i] && run.generation === generations[i])
  );
}

function byDay(a: Entry, b: Entry): number {
  return a.day - b.day;
}
