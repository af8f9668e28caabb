import type { Ref } from "../../shared/event.ts";
import { addEvent, type Facts, newRoom } from "../../shared/facts.ts";
import { signalKey } from "../../shared/signal.ts";
import type { Act } from "./oracle/act.ts";

/** The facts that a contact keeps of acts, taken in in the order given. */
export function factsOfActs(acts: readonly Act[]): Facts {
  const facts: Facts = {};
  const room = newRoom();
  acts.forEach((act, i) => {
    const { referrer = "", campaign = "", source = "", medium = "" } = act.props;
    const count = act.count ?? 1;
    const origin = { referrer, campaign, source, medium };
    addEvent(
      facts,
      `anon:${act.source}` satisfies Ref,
      {
        id: String(i),
        at: act.at,
        signal: signalKey(
          act.name,
          new Map(Object.entries(act.props).filter(([, value]) => value !== "")),
          [],
        ),
        count,
        activeMs: act.activeMs ?? 0,
        value: act.value ?? null,
        ...(act.visit ? { visit: { pages: act.name === "page" && count === 1 ? 1 : 0, origin } } : {}),
        ...(act.traits ? { traits: act.traits } : {}),
      },
      room,
    );
  });
  return facts;
}
