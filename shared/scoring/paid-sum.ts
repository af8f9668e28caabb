import type { Day } from "../day.ts";
import type { Decay } from "./decay.ts";
import type { FadedSum } from "./faded-sum.ts";

/** What payments of one rule are worth together, without any limit, in points. */
export interface PaidSum {
  add(day: Day, times: number): void;
  /** Leaves out some that were added. */
  drop(day: Day, times: number): void;
  /** As of two days, see `RuleRun.worth`. */
  at(gains: Day, losses: Day): number;
}

/** Negative times take back what was paid. */
export function createPaidSum(points: number, decay: Decay): PaidSum {
  const paid = decay.createSum();
  let takenBack: FadedSum | undefined;
  /** What was dropped of each. */
  let notPaid: FadedSum | undefined;
  let notTaken: FadedSum | undefined;
  return {
    add(day, times) {
      if (times > 0) paid.add(day, times);
      else (takenBack ??= decay.createSum()).add(day, -times);
    },
    drop(day, times) {
      if (times > 0) (notPaid ??= decay.createSum()).add(day, times);
      else (notTaken ??= decay.createSum()).add(day, -times);
    },
    at(gains, losses) {
      const [own, other] = points < 0 ? [losses, gains] : [gains, losses];
      let sum = paid.at(own);
      if (notPaid) sum -= notPaid.at(own);
      if (takenBack) sum -= takenBack.at(other) - (notTaken?.at(other) ?? 0);
      return points * sum + 0;
    },
  };
}
