import type { DecayDocument } from "../../../shared/scoring/document.ts";
import { daysOf } from "./calendar.ts";

/** The part that is left of a payment at an age. */
export function leftOf(decay: DecayDocument, age: number): number {
  if (decay === "none") return 1;
  if ("expire" in decay) return age < daysOf(decay.expire) ? 1 : 0;
  if ("linear" in decay) {
    const { percent, every } = decay.linear;
    return Math.max(0, 100 - percent * Math.floor(age / daysOf(every))) / 100;
  }
  if ("halfLife" in decay) return 2 ** (-age / daysOf(decay.halfLife));
  if ("percent" in decay) {
    return (1 - decay.percent / 100) ** Math.floor(age / daysOf(decay.every ?? "1d"));
  }
  return leftBySteps(decay.steps, age);
}

function leftBySteps(steps: Readonly<Record<string, number>>, age: number): number {
  let from = 0;
  let percent = 100;
  for (const [duration, left] of Object.entries(steps)) {
    const days = daysOf(duration);
    if (days <= age && days >= from) {
      from = days;
      percent = left;
    }
  }
  return percent / 100;
}
