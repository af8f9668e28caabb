import { cleanText } from "../signal.ts";
import type { Cap, DecayDocument, RuleDocument, Test, When, WhenEvent } from "./document.ts";
import type { FullRule, FullWhen } from "./full-model.ts";
import { MAX_LABEL_CHARS } from "./model-limits.ts";
import { ruleInWords } from "./words.ts";

/** Writes a checked rule out in full. */
export function expandRule(rule: RuleDocument, id: string, groupDecay: DecayDocument): FullRule {
  const { when, where = {}, trait, steps, count, per, points = 1 } = rule;
  const base = {
    id,
    label: rule.label ?? cleanText(ruleInWords(rule), MAX_LABEL_CHARS),
    where,
    cap: expandCap(rule.cap),
  };
  if (trait !== undefined) {
    const { map, value, otherwise = 0, unknown = 0 } = rule;
    return {
      ...base,
      trait,
      ...(map === undefined ? {} : { map }),
      ...(value === undefined ? {} : { value, points }),
      otherwise,
      unknown,
    };
  }
  if (when === undefined) return { ...base, points };
  if (steps !== undefined) return { ...base, when: expandWhen(when), steps };
  return {
    ...base,
    when: expandWhen(when),
    points,
    ...(count === undefined ? { per: per ?? "event" } : { count }),
    ages: rule.ages ?? "first",
    limits: rule.limits ?? [],
    decay: expandDecay(rule.decay ?? groupDecay),
  };
}

function expandCap(cap: Cap | undefined): { readonly points?: number; readonly times?: number } {
  return typeof cap === "number" ? { points: cap } : (cap ?? {});
}

function expandDecay(decay: DecayDocument): DecayDocument {
  return decay !== "none" && "percent" in decay
    ? { percent: decay.percent, every: decay.every ?? "1d" }
    : decay;
}

/** Every event by its name: what `page` and `form` stand for is written out. */
export function expandWhen(when: When): FullWhen {
  if (typeof when === "string") return [{ event: when }];
  if (Array.isArray(when)) return (when as readonly (string | WhenEvent)[]).flatMap(expandWhen);
  return [expandEvent(when as WhenEvent)];
}

function expandEvent(event: WhenEvent): WhenEvent {
  if (event["event"] !== undefined) return event;
  const { page, form, ...tests } = event;
  if (page !== undefined) {
    return { event: "page", path: page, ...(form === undefined ? {} : { form }), ...tests };
  }
  return { event: "Form Submitted", form: form as Test, ...tests };
}
