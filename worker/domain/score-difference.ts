import type { ExplainLine, ScoreAnswer } from "../../shared/wire.ts";

/** What a draft of a model changes for one contact; points are draft minus live. */
export interface ScoreDifference {
  readonly score: number;
  /** Of every axis that either of the two has. */
  readonly axes: Readonly<Record<string, number>>;
  readonly band?: Change;
  readonly grade?: Change;
  readonly cell?: Change;
  /** Of each rule whose points are others, in the order of the draft; all lines of a rule together. */
  readonly lines: readonly LineDifference[];
}

interface Change {
  readonly from: string | null;
  readonly to: string | null;
}

interface LineDifference {
  readonly rule: string;
  readonly axis?: string;
  readonly label: string;
  readonly live: number;
  readonly draft: number;
  readonly points: number;
}

/** Compares two answers that have `explain`. */
export function scoreDifference(live: ScoreAnswer, draft: ScoreAnswer): ScoreDifference {
  const axes: Record<string, number> = {};
  for (const axis of [...Object.keys(draft.axes), ...Object.keys(live.axes)]) {
    axes[axis] = minus(draft.axes[axis] ?? 0, live.axes[axis] ?? 0);
  }
  return {
    score: minus(draft.score, live.score),
    axes,
    ...changed("band", live.band, draft.band),
    ...changed("grade", live.grade, draft.grade),
    ...changed("cell", live.cell, draft.cell),
    lines: lineDifferences(live.explain ?? [], draft.explain ?? []),
  };
}

function changed(
  name: "band" | "grade" | "cell",
  live: string | null = null,
  draft: string | null = null,
): Pick<ScoreDifference, "band" | "grade" | "cell"> {
  return live === draft ? {} : { [name]: { from: live, to: draft } };
}

function lineDifferences(live: readonly ExplainLine[], draft: readonly ExplainLine[]): LineDifference[] {
  const before = pointsByRule(live);
  const after = pointsByRule(draft);
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    const first = is ?? was;
    const points = minus(is?.points ?? 0, was?.points ?? 0);
    if (!first || points === 0) return [];
    const { rule, axis, label } = first.line;
    return [
      {
        rule,
        ...(axis === undefined ? {} : { axis }),
        label,
        live: was?.points ?? 0,
        draft: is?.points ?? 0,
        points,
      },
    ];
  });
}

/** Rules of different axes may have the same id, such as `inactivity:30d`. */
function pointsByRule(lines: readonly ExplainLine[]): Map<string, { line: ExplainLine; points: number }> {
  const rules = new Map<string, { line: ExplainLine; points: number }>();
  for (const line of lines) {
    const key = `${line.axis ?? ""}\n${line.rule}`;
    const known = rules.get(key);
    if (known) known.points = minus(known.points, -line.points);
    else rules.set(key, { line, points: line.points });
  }
  return rules;
}

/** Scores are made of billionths; what floating point leaves below is no difference. */
function minus(a: number, b: number): number {
  return Math.round((a - b) * 1e9) / 1e9 || 0;
}
