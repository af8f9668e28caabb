import { RESERVED_EVENTS } from "../reserved-events.ts";
import type { Signal } from "../signal.ts";
import type { Test, WhenEvent } from "./document.ts";
import type { FullWhen } from "./full-model.ts";
import { compileTest, type Passes } from "./scalar-test.ts";

/** Whether a signal is one of those that a rule looks at. */
export function compileWhen(when: FullWhen): (signal: Signal) => boolean {
  const byName = new Map<string, Holds[]>();
  const others: { readonly isNamed: Passes; readonly isNamedInFull: Passes; readonly holds: Holds }[] = [];
  for (const one of joined(when)) {
    const { event = "*" } = one;
    const holds = compileTests(one);
    // Most events are named as they are: of all of these only those of a signal's name are looked at.
    if (typeof event !== "string" || event.includes("*")) {
      others.push({ isNamed: compileTest(event), isNamedInFull: compileTest({ is: literal(event) }), holds });
    } else if (byName.has(event)) byName.get(event)?.push(holds);
    else byName.set(event, [holds]);
  }
  return function meets({ name, props }) {
    for (const holds of byName.get(name) ?? NONE) if (holds(props)) return true;
    if (others.length === 0) return false;
    const isReserved = RESERVED_EVENTS.has(name);
    return others.some(
      ({ isNamed, isNamedInFull, holds }) =>
        (isReserved ? isNamedInFull(name) : isNamed(name)) && holds(props),
    );
  };
}

type Holds = (props: Signal["props"]) => boolean;
const NONE: readonly Holds[] = [];

/** A long list of pages is one event with a list of paths: that is held against a signal at once. */
function joined(when: FullWhen): FullWhen {
  const values = new Map<string, string[]>();
  return when.flatMap((one): WhenEvent[] => {
    const [[property, value] = [], ...others] = Object.entries(one).filter(([key]) => key !== "event");
    const { event } = one;
    if (property === undefined || others.length > 0) return [one];
    if (typeof event !== "string" || typeof value !== "string") return [one];
    const which = `${event}\n${property}`;
    const known = values.get(which);
    if (known) {
      known.push(value);
      return [];
    }
    const list = [value];
    values.set(which, list);
    return [{ event, [property]: list }];
  });
}

/** The tests of the properties of an event, all but that of its name. */
function compileTests(one: WhenEvent): Holds {
  const tests = Object.entries(one)
    .filter(([key]) => key !== "event")
    .map(([prop, test]): [string, Passes] => [prop, compileTest(test)]);
  return (props) => {
    for (const [prop, passes] of tests) if (!passes(props.get(prop))) return false;
    return true;
  };
}

/** Whether an event is named in full. */
export function namesEvent(when: FullWhen, name: string): boolean {
  return when.some(({ event = "*" }) => literal(event).includes(name));
}

function literal(event: Test): readonly string[] {
  if (typeof event === "object" && !Array.isArray(event)) return [];
  return [event].flat().map(String);
}
