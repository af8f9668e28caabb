import type { Band, Group, Inactivity, Model, Rule } from "./model.ts";
import { specificity } from "./pattern.ts";

/** A model as a site owner writes it: what a page, a minute on it and a form are worth, by pattern. */
export interface ShortModel {
  readonly id: string;
  readonly name: string;
  readonly about?: string;
  readonly version?: number;
  /** Points for each visit of a page, by path. */
  readonly pages?: Readonly<Record<string, number>>;
  /** Points for each minute of engaged time on a page, by path. */
  readonly minutes?: Readonly<Record<string, number>>;
  /** Points for a form that was sent, once each, by form id. */
  readonly forms?: Readonly<Record<string, number>>;
  /** The most points that one line may bring. */
  readonly caps?: { readonly pages?: number; readonly minutes?: number };
  readonly inactivity?: {
    readonly mode: Inactivity["mode"];
    readonly onReturn: Inactivity["onReturn"];
    /** `{"30d": -15}`: points by days without any activity. */
    readonly steps: Readonly<Record<string, number>>;
  };
  /** The least score of each band; `null` for everyone else. */
  readonly bands?: Readonly<Record<string, number | null>>;
}

/** The one axis of a model in short form. */
const SHORT_AXIS = "interest";

/** Writes a short model out in full. Where several lines match, the most specific one counts. */
export function expandModel(short: ShortModel): Model {
  const groups: Group[] = [
    group("pages", short.pages, ([pattern, points]) => ({
      label: `Visited ${inWords(pattern, "page")}`,
      when: { event: "page", props: { path: pattern } },
      per: "event",
      points,
      ...cap(short.caps?.pages),
    })),
    group("minutes", short.minutes, ([pattern, points]) => ({
      label: `Minutes on ${inWords(pattern, "page")}`,
      when: { event: "page", props: { path: pattern } },
      per: "active_minute",
      points,
      ...cap(short.caps?.minutes),
    })),
    group("forms", short.forms, ([pattern, points]) => ({
      label: `Sent ${inWords(pattern, "form")}`,
      when: { event: "Form Submitted", props: { form: pattern } },
      per: "once",
      points,
    })),
  ];
  return {
    id: short.id,
    name: short.name,
    version: short.version ?? 1,
    axes: { [SHORT_AXIS]: short.inactivity ? { inactivity: inactivity(short.inactivity) } : {} },
    groups: groups.filter((each) => each.rules.length > 0),
    bands: bands(short.bands ?? {}),
  };
}

function group(
  id: string,
  lines: Readonly<Record<string, number>> | undefined,
  rule: (line: [pattern: string, points: number]) => Omit<Rule, "id">,
): Group {
  const ordered = Object.entries(lines ?? {}).sort((a, b) => specificity(b[0]) - specificity(a[0]));
  const rules = ordered.map((line) => ({ id: `${id}:${line[0]}`, ...rule(line) }));
  return { id, axis: SHORT_AXIS, match: "first", rules };
}

/** A pattern as `explain` names it: what it fixes, and "any other" for the one that fixes nothing. */
function inWords(pattern: string, kind: "page" | "form"): string {
  const fixed = pattern.replaceAll("*", "");
  if (fixed === "") return `any other ${kind}`;
  return kind === "form" ? `form “${fixed}”` : fixed;
}

function cap(points: number | undefined): { capPoints?: number } {
  return points === undefined ? {} : { capPoints: points };
}

function inactivity(short: NonNullable<ShortModel["inactivity"]>): Inactivity {
  const steps = Object.entries(short.steps)
    .map(([after, points]) => ({ afterDays: Number.parseInt(after, 10), points }))
    .sort((a, b) => a.afterDays - b.afterDays);
  return { mode: short.mode, onReturn: short.onReturn, steps };
}

function bands(short: Readonly<Record<string, number | null>>): Band[] {
  return Object.entries(short)
    .map(([name, from]) => ({ name, axis: SHORT_AXIS, from }))
    .sort((a, b) => (b.from ?? -Infinity) - (a.from ?? -Infinity));
}
