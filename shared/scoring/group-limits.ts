import type { Day } from "../day.ts";
import type { GroupLimit } from "./document.ts";
import { createMeter, type Meter } from "./period-limits.ts";
import type { RuleRun } from "./rule-run.ts";
import type { Units } from "./units.ts";

/** The payments of a group's rules under the group's limits. */
export interface GroupLimits {
  /** Their sum, of the rules that pay as of these days; see `RuleRun.worth`. */
  sum(paying: readonly RuleRun[], gains: Day, losses: Day): Units;
}

/** A rule that pays, and how often it had been reset. */
interface Paying {
  readonly run: RuleRun;
  readonly generation: number;
}

export function createGroupLimits(limits: readonly GroupLimit[]): GroupLimits {
  /** What was metered of rules whose days stay as they are. */
  let kept: { by: readonly Paying[]; meter: Meter; done: number[] } | undefined;

  function sum(paying: readonly RuleRun[], gains: Day, losses: Day): Units {
    const isSteady = paying.every((run) => run.isSteady());
    const by = paying.map((run) => ({ run, generation: run.generation }));
    const known = isSteady && kept && isSame(kept.by, by) ? kept : undefined;
    const done = known?.done ?? paying.map(() => 0);
    const byDay = new Map<Day, Units>();
    paying.forEach((run, i) => {
      const { days, units } = run.byDay(gains, losses);
      for (let j = done[i] ?? 0; j < days.length; j += 1) {
        const day = days[j] ?? 0;
        byDay.set(day, (byDay.get(day) ?? 0) + (units[j] ?? 0));
      }
      done[i] = days.length;
    });
    const firstDay = Math.min(Infinity, ...paying.map((run) => run.firstDay() ?? Infinity));
    const meter = known?.meter ?? createMeter(limits, firstDay, 1);
    for (const day of [...byDay.keys()].sort((a, b) => a - b)) meter.add(day, byDay.get(day) ?? 0);
    // Before the first occurrence it is not known where blocks of days begin.
    if (isSteady && firstDay < Infinity) kept = { by, meter, done };
    return meter.total();
  }

  return { sum };
}

function isSame(a: readonly Paying[], b: readonly Paying[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ run, generation }, i) => run === b[i]?.run && generation === b[i]?.generation)
  );
}
