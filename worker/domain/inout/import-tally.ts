/** What is wrong with a line, and what to write instead. */
interface LineProblem {
  readonly line: number;
  readonly column?: string;
  readonly reason?: string;
  readonly message: string;
}

/** Lines that are named: who has mended so many knows what the others have. */
const MAX_TOLD = 100;

/** How far an import has come, and what it has found. */
export interface ImportTally {
  /** A line that says nothing of any contact. */
  refuse(problem: LineProblem): void;
  /** A part of a line that is left out. */
  warn(problem: LineProblem): void;
  count(answer: { readonly accepted: number; readonly duplicate: number }): void;
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly errors: readonly LineProblem[];
  readonly warnings: readonly LineProblem[];
}

export function createTally(): ImportTally {
  let accepted = 0;
  let duplicate = 0;
  let refused = 0;
  const errors: LineProblem[] = [];
  const warnings: LineProblem[] = [];
  return {
    refuse(problem) {
      refused += 1;
      if (errors.length < MAX_TOLD) errors.push(problem);
    },
    warn(problem) {
      if (warnings.length < MAX_TOLD) warnings.push(problem);
    },
    count(answer) {
      accepted += answer.accepted;
      duplicate += answer.duplicate;
    },
    get accepted() {
      return accepted;
    },
    get duplicate() {
      return duplicate;
    },
    get refused() {
      return refused;
    },
    errors,
    warnings,
  };
}
