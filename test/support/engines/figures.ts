import type { TaskMeta } from "vitest";

export type Figures = Readonly<Record<string, string>>;

declare module "vitest" {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** Leaves what a story has measured in its engine, for the table that scripts/test-engines.ts prints. */
export function recordFigures(task: { readonly meta: TaskMeta }, figures: Figures): void {
  task.meta.figures = figures;
}
