import type { Day } from "../../shared/day.ts";
import type { LiveModel } from "./frozen-model.ts";
import { wholeLead } from "./lead-snapshot.ts";
import type { ContactState } from "./ledger.ts";
import type { ModelsInUse } from "./models-in-use.ts";
import { scoreAnswer } from "./score-answer.ts";
import { scoreFor, type Viewer } from "./viewer.ts";

interface KeptScore {
  /** `ScoreAnswer` as JSON text. */
  readonly text: string;
  /** Stays the same as long as the answer does. */
  readonly etag: string;
}

/** A contact's score: worked out once, and then the same text until something happens, the model or the day changes. */
export interface KeptScores {
  read(state: ContactState, model: LiveModel, at: Day, explain: boolean, viewer?: Viewer): KeptScore;
  /** `LeadAnswer` as JSON text; `undefined` where there are none of the models that are named. */
  lead(state: ContactState, inUse: ModelsInUse, at: Day, asked?: readonly string[]): string | undefined;
  clear(): void;
}

/** Answers kept per contact: a page asks for one or two. */
const MOST_KEPT = 8;

export function createKeptScores(): KeptScores {
  const texts = new Map<string, string>();
  return {
    read(state, model, at, explain, viewer) {
      const { id, version, content } = model;
      const seenBy = viewer ? `.${viewer.user ? 2 : 1}.${encodeURIComponent(viewer.source)}` : "";
      const kept = state.hiddenBefore === undefined ? "" : `.${state.hiddenBefore}`;
      const etag = `"${state.revision}.${id}.${version}.${content}.${at}.${explain ? 1 : 0}${kept}${seenBy}"`;
      let text = texts.get(etag);
      if (text === undefined) {
        const answer = viewer
          ? scoreFor(viewer, state, model, at, explain)
          : scoreAnswer(state.ref, state.total.facts, model, at, explain);
        text = JSON.stringify(answer);
        if (texts.size >= MOST_KEPT) texts.clear();
        texts.set(etag, text);
      }
      return { text, etag };
    },
    lead(state, inUse, at, asked) {
      const name = `lead.${state.revision}.${inUse.revision}.${at}.${state.hiddenBefore ?? ""}.${asked?.join() ?? "*"}`;
      let text = texts.get(name);
      if (text === undefined) {
        const answer = wholeLead(state, inUse, at, asked);
        if (!answer) return undefined;
        text = JSON.stringify(answer);
        if (texts.size >= MOST_KEPT) texts.clear();
        texts.set(name, text);
      }
      return text;
    },
    clear: () => texts.clear(),
  };
}
