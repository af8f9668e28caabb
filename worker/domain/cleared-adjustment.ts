import { type Day, dayOf, LAST_DAY } from "../../shared/day.ts";
import type { FactEvent } from "../../shared/event.ts";
import type { Facts } from "../../shared/facts.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { feedsOf } from "../../shared/scoring/feeds.ts";
import { historyOf } from "../../shared/scoring/history.ts";
import type { ModelsInUse } from "./models-in-use.ts";

/**
 * The day up to which resets have cleared everything in each model that an adjustment is meant for; `undefined` where
 * it would count in one of them.
 */
export function clearedUntil(adjustment: FactEvent, facts: Facts, models: ModelsInUse): Day | undefined {
  const days = models.order.flatMap((id) => {
    const model = models.find(id);
    const axis = model?.match(adjustment.signal).adjusts;
    return model === undefined || axis === undefined ? [] : [lastReset(model, axis, facts)];
  });
  const until = Math.min(...days);
  return days.length > 0 && until >= dayOf(adjustment.at) ? until : undefined;
}

function lastReset(model: CompiledModel, axis: number, facts: Facts): Day {
  const { resets } = feedsOf(model, historyOf(facts, LAST_DAY, model.usesVisits));
  return resets[axis]?.at(-1)?.day ?? -Infinity;
}
