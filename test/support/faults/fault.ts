import { afterAll, beforeAll, expect, type TaskMeta, test } from "vitest";

import { asCell, documentedCell, type Outcome } from "../../../scripts/fault-table.ts";
import type { Engine, EngineName, EnginePage } from "../engines/engine.ts";
import { engineOfThisRun } from "../engines/find-engine.ts";
import { openSet, type Stage } from "../engines/stage.ts";
import { comeBack, countsOf } from "./measure.ts";
import { installPageKit } from "./page-kit.ts";
import { type SharedBrowser, shareBrowser } from "./shared-browser.ts";

declare module "vitest" {
  interface TaskMeta {
    fault?: Outcome & { readonly name: string; readonly note?: string };
  }
}

/** How many events each story is about: `Step 1` to `Step 20`. */
export const EVENTS = 20;

export interface Scene extends Omit<Stage, "browser" | "site" | "close"> {
  readonly engine: Engine;
  readonly browser: SharedBrowser;
  /** The story's own site, of which the browser knows nothing yet. Any path is a page. */
  readonly url: string;
  /** What has been posted in this story, oldest first. */
  posts(): ReturnType<Stage["gate"]["posts"]>;
  /** Everybody in whose name events were posted in this story. */
  visitors(): string[];
  /** By how much the clock is wrong of pages that are loaded from now on. */
  setClock(wrongByMs: number): void;
  /** Says something about the engine below the table. */
  note(text: string): void;
}

/** Tells what goes wrong, and answers with the page in which the visitor comes back when all is well again. */
export type Story = (scene: Scene) => Promise<EnginePage>;

/**
 * What `fault` measures (events delivered, lost, and counted beyond one of each) is what docs/faults.md says of the
 * engine. Where it names engines, the fault cannot be there.
 */
export async function faultsOfFile() {
  const engine = await engineOfThisRun();
  const browser = shareBrowser(engine);
  let set: Awaited<ReturnType<typeof openSet>> | undefined;
  let wrongByMs = 0;
  let stories = 0;
  beforeAll(async () => {
    set = await openSet((url) => headOf(url, wrongByMs));
  });
  afterAll(async () => {
    await browser.dispose();
    await set?.close();
  });

  return function fault(name: string, story: Story, notIn: readonly EngineName[] = []): void {
    test.skipIf(notIn.includes(engine.name))(name, async ({ task, onTestFinished }) => {
      if (!set) throw new Error("there is no set");
      const { gate, relay, site, collector } = set;
      let note: string | undefined;
      stories += 1;
      wrongByMs = 0;
      gate.admit();
      await relay.cut();
      await relay.mend();
      let isTold = false;
      onTestFinished(() => browser.tidy(!isTold));
      const from = gate.posts().length;
      const before = new Set(visitorsOf(gate.posts()));
      const scene: Scene = {
        gate,
        relay,
        collector,
        engine,
        browser,
        url: site.url.replace("localhost", `story-${stories}.localhost`),
        posts: () => gate.posts().slice(from),
        // A page of the story before may have told late what it had to tell.
        visitors: () => visitorsOf(gate.posts().slice(from)).filter((visitor) => !before.has(visitor)),
        setClock(by) {
          wrongByMs = by;
        },
        note(text) {
          note = text;
        },
      };
      await comeBack(scene, await story(scene));
      const counts = await countsOf(scene, ...scene.visitors());
      isTold = true;
      const steps = Object.entries(counts).filter(([event]) => event.startsWith("Step "));
      const outcome = {
        delivered: steps.length,
        lost: EVENTS - steps.length,
        extra: steps.reduce((sum, [, count]) => sum + count - 1, 0),
      };
      remember(task, { name, ...outcome, ...(note ? { note } : {}) });
      const documented = documentedCell(name, engine.name);
      expect(asCell(outcome, documented), `"${name}" in docs/faults.md`).toBe(documented);
    });
  };
}

function remember(task: { readonly meta: TaskMeta }, measured: NonNullable<TaskMeta["fault"]>): void {
  task.meta.fault = measured;
}

function visitorsOf(posts: readonly { readonly body: string }[]): string[] {
  const events = posts.flatMap(
    ({ body }) => (JSON.parse(body) as { batch: { anonymousId: string }[] }).batch,
  );
  return [...new Set(events.map(({ anonymousId }) => anonymousId))];
}

/** `?steps=20` makes a page record so many events as soon as it has loaded, and then say so in its storage. */
function headOf(url: string, wrongByMs: number): string {
  const steps = Number(new URLSearchParams(url.split("?")[1]).get("steps"));
  const track = `addEventListener("load", () => {
  for (let step = 1; step <= ${steps}; step += 1) afterglow.track("Step " + step);
  localStorage.tracked = ${steps};
});`;
  return `<script>(${installPageKit.toString()})(${wrongByMs});${steps > 0 ? track : ""}</script>\n`;
}
