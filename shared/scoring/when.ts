import { RESERVED_EVENTS } from "../reserved-events.ts";
import type { Signal } from "../signal.ts";
import type { Test, WhenEvent } from "./document.ts";
import type { FullWhen } from "./full-model.ts";
import { compileTest, type Passes } from "./scalar-test.ts";

/** Whether a signal is one of those that a rule looks at. */
export function compileWhen(when: FullWhen): (signal: Signal) => boolean {
  const events = joined(when).map(compileEvent);
  return (signal) => events.some((holds) => holds(signal));
}

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

function compileEvent({ event = "*", ...tests }: WhenEvent): (signal: Signal) => boolean {
  const isNamed = compileTest(event);
  const isNamedInFull = compileTest({ is: literal(event) });
  const props = Object.entries(tests).map(([name, test]): [string, Passes] => [name, compileTest(test)]);
  return function holds({ name, props: given }) {
    const named = RESERVED_EVENTS.has(name) ? isNamedInFull(name) : isNamed(name);
    return named && props.every(([prop, passes]) => passes(given.get(prop)));
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
