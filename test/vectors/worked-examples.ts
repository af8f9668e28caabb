import { readFileSync } from "node:fs";

import type { Scalar } from "../../shared/event.ts";
import type { Case } from "./expect-reads.ts";

interface System {
  readonly id: string;
  readonly cases: readonly WorkedCase[];
}

export interface WorkedCase extends Case {
  readonly facts: readonly WorkedFact[];
  /** The same model with inactivity of this mode. */
  readonly inactivityMode?: "cumulative" | "replace";
}

/** What happened; every further key is a property. */
export interface WorkedFact {
  readonly day: number;
  readonly event: string;
  readonly times?: number;
  readonly seconds?: number;
  readonly [property: string]: Scalar | undefined;
}

/** The systems that this field's guides describe, with contacts and what a read of them must return. */
export const { systems: SYSTEMS } = JSON.parse(
  readFileSync(new URL("worked-examples.json", import.meta.url), "utf8"),
) as { readonly systems: readonly System[] };

/** The model of a case: the preset of its system, as it is or with the case's change. */
export function modelOf(system: string, { inactivityMode }: WorkedCase): object {
  return { preset: system, ...(inactivityMode ? { inactivity: { mode: inactivityMode } } : {}) };
}
