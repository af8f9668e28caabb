import type { Day } from "../../shared/day.ts";
import type { ScoreAnswer } from "../../shared/wire.ts";
import type { LiveModel } from "./frozen-model.ts";
import { wholeLead } from "./lead-snapshot.ts";
import type { ContactState } from "./ledger.ts";
import { type ModelsInUse, nameOfModels } from "./models-in-use.ts";
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
  /** The same under all models, in their order: the text of a list. */
  readAll(state: ContactState, models: readonly LiveModel[], at: Day, viewer?: Viewer): KeptScore;
  clear(): void;
}

/** Answers kept per contact: a page asks for one or two. */
const MOST_KEPT = 8;

export function createKeptScores(): KeptScores {
  const texts = new Map<string, string>();

  function keep(etag: string, make: () => unknown): KeptScore {
    let text = texts.get(etag);
    if (text === undefined) {
      text = JSON.stringify(make());
      if (texts.size >= MOST_KEPT) texts.clear();
      texts.set(etag, text);
    }
    return { text, etag };
  }
  return {
    read(state, model, at, explain, viewer) {
      const { id, version, content } = model;
      const etag = `"${state.revision}.${id}.${version}.${content}.${at}.${explain ? 1 : 0}${seen(state, viewer)}"`;
      return keep(etag, () => answerFor(state, model, at, explain, viewer));
    },
    readAll(state, models, at, viewer) {
      const etag = `"${state.revision}.all.${nameOfModels(models)}.${at}${seen(state, viewer)}"`;
      return keep(etag, () => models.map((model) => answerFor(state, model, at, false, viewer)));
    },
    lead(state, inUse, at, asked) {
      const name = `lead.${state.revision}.${inUse.revision}.${at}.${state.hiddenBefore ?? ""}.${asked?.join() ?? "*"}`;
      const { text } = keep(name, () => wholeLead(state, inUse, at, asked) ?? null);
      return text === "null" ? undefined : text;
    },
    clear: () => texts.clear(),
  };
}

/** What of the contact is looked at. */
function seen({ hiddenBefore }: ContactState, viewer: Viewer | undefined): string {
  const kept = hiddenBefore === undefined ? "" : `.${hiddenBefore}`;
  return viewer ? `${kept}.${viewer.user ? 2 : 1}.${encodeURIComponent(viewer.source)}` : kept;
}

function answerFor(
  state: ContactState,
  model: LiveModel,
  at: Day,
  explain: boolean,
  viewer: Viewer | undefined,
): ScoreAnswer {
  return viewer
    ? scoreFor(viewer, state, model, at, explain)
    : scoreAnswer(state.ref, state.total.facts, model, at, explain);
}
