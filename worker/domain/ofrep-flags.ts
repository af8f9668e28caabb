import type { AnyStanding } from "./score-answer.ts";

/** What of a standing is told as a flag, of the default model as `band`, of any model as `<model>.band`. */
const KINDS = ["band", "score", "grade", "cell"] as const;
type FlagKind = (typeof KINDS)[number];

/** Whose standing is told: of somebody who is known, or of somebody who has done nothing yet. */
export type Reason = "TARGETING_MATCH" | "DEFAULT";

/** A flag as OFREP answers it. */
export interface Flag {
  readonly key: string;
  /** A number of `score`, a text of all others. */
  readonly value: string | number;
  readonly reason: Reason;
  readonly variant: string;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
}

/**
 * In place of a band, grade or cell that there is not. Flags have one type, and a provider takes `null` for a mistake:
 * it would hand out the application's own default, as if nothing was known.
 */
const NONE = "none";

interface FlagName {
  /** `undefined` means the site's default. */
  readonly model: string | undefined;
  readonly kind: FlagKind;
}

/** `undefined` where no flag is called so, whatever models there are. */
export function readFlagKey(key: string): FlagName | undefined {
  const dot = key.lastIndexOf(".");
  const kind = KINDS.find((each) => each === key.slice(dot + 1));
  return kind && { model: dot === -1 ? undefined : key.slice(0, dot), kind };
}

/** All flags of somebody's standings under all models, the default one first: it has the short names as well. */
export function flagsOf(standings: readonly AnyStanding[], reason: Reason): readonly Flag[] {
  return standings.flatMap((standing, i) => [
    ...(i === 0 ? KINDS.map((kind) => flagOf(kind, kind, standing, reason)) : []),
    ...KINDS.map((kind) => flagOf(`${standing.model}.${kind}`, kind, standing, reason)),
  ]);
}

export function flagOf(key: string, kind: FlagKind, standing: AnyStanding, reason: Reason): Flag {
  const { model, version, at, nextChange, excluded, cellName } = standing;
  return {
    key,
    value: standing[kind] ?? NONE,
    reason,
    // Numbers are no variants: those of a score are the bands.
    variant: (kind === "score" ? standing.band : standing[kind]) ?? NONE,
    metadata: {
      model,
      version,
      at,
      ...(nextChange ? { nextChange: nextChange.at } : {}),
      ...(excluded === undefined ? {} : { excluded }),
      ...(kind === "cell" && cellName !== undefined ? { cellName } : {}),
    },
  };
}
