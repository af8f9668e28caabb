import type { Day } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";
import { type Score, scoreFacts } from "./score.ts";

export interface NextChange {
  readonly at: Day;
  readonly band: string | null;
}

/**
 * The first day after the score's own on which the band is another, if nothing happens until then. Only the
 * days on which the model can change a score by itself are looked at.
 */
export function nextChange(compiled: CompiledModel, facts: Facts, now: Score): NextChange | null {
  for (const day of turningDays(compiled, now)) {
    const then = scoreFacts(compiled, upTo(facts, now.at), day);
    if (then.band !== now.band) return { at: day, band: then.band };
  }
  return null;
}

function turningDays(compiled: CompiledModel, { at, lastActive }: Score): Day[] {
  if (lastActive === undefined) return [];
  const days = compiled.axes.flatMap(([, { inactivity }]) =>
    (inactivity?.steps ?? []).map((step) => lastActive + step.afterDays),
  );
  return days.filter((day) => day > at).sort((a, b) => a - b);
}

/** The facts as they were at the end of `at`: what is dated later must not be foreseen. */
function upTo(facts: Facts, at: Day): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([source, own]) => [
      source,
      { ...own, days: Object.fromEntries(Object.entries(own.days).filter(([day]) => Number(day) <= at)) },
    ]),
  );
}
