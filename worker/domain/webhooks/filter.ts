import { show, within, isObject } from "../../../shared/scoring/show.ts";
import { CROSSING_CAUSES, type CrossingCause, type CrossingRecord } from "../crossing-record.ts";
import { unknownKeys } from "../unknown-keys.ts";

/** Which crossings a destination gets; all that is named must hold. */
export interface Filter {
  readonly model?: readonly string[];
  readonly entering?: readonly string[];
  readonly leaving?: readonly string[];
  readonly cause?: readonly CrossingCause[];
  readonly minScore?: number;
}

export function passes(
  { model, entering, leaving, cause, minScore }: Filter,
  crossing: CrossingRecord,
): boolean {
  return (
    (model === undefined || model.includes(crossing.model)) &&
    (entering === undefined || (crossing.to !== null && entering.includes(crossing.to))) &&
    (leaving === undefined || (crossing.from !== null && leaving.includes(crossing.from))) &&
    (cause === undefined || cause.includes(crossing.cause)) &&
    (minScore === undefined || crossing.score >= minScore)
  );
}

type Tell = (path: string, message: string) => void;

const EXAMPLE = '{"model": "product-a", "entering": ["SQL"]}';
const MAX_NAMES = 50;
const MAX_NAME_CHARS = 100;

export function readFilter(value: unknown, tell: Tell): Filter {
  if (!isObject(value)) {
    tell("filter", `wants an object, such as ${EXAMPLE}, got ${show(value)}`);
    return {};
  }
  for (const { message } of unknownKeys(value, ["model", "entering", "leaving", "cause", "minScore"])) {
    tell("filter", message);
  }
  const { model, entering, leaving, cause, minScore } = value;
  const models = readNames(model, "model", tell);
  const bandsIn = readNames(entering, "entering", tell);
  const bandsOut = readNames(leaving, "leaving", tell);
  const causes = readCauses(readNames(cause, "cause", tell), tell);
  if (minScore !== undefined && !(typeof minScore === "number" && Number.isFinite(minScore))) {
    tell("filter.minScore", `wants a number, such as 50, got ${show(minScore)}`);
  }
  return {
    ...(models ? { model: models } : {}),
    ...(bandsIn ? { entering: bandsIn } : {}),
    ...(bandsOut ? { leaving: bandsOut } : {}),
    ...(causes ? { cause: causes } : {}),
    ...(typeof minScore === "number" ? { minScore } : {}),
  };
}

/** One text stands for a list of it. */
function readNames(value: unknown, key: string, tell: Tell): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const path = `filter.${key}`;
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length === 0 || all.length > MAX_NAMES) {
    tell(path, `wants 1 to ${MAX_NAMES} names, or is left out for any, got ${show(value)}`);
  }
  return all.filter((name, i): name is string => {
    const isName = typeof name === "string" && name !== "" && name.length <= MAX_NAME_CHARS;
    if (!isName)
      tell(within(path, i), `wants a name of 1 to ${MAX_NAME_CHARS} characters, got ${show(name)}`);
    return isName;
  });
}

function readCauses(names: readonly string[] | undefined, tell: Tell): readonly CrossingCause[] | undefined {
  return names?.flatMap((name, i) => {
    const cause = CROSSING_CAUSES.find((known) => known === name);
    if (cause) return [cause];
    tell(within("filter.cause", i), `wants one of ${CROSSING_CAUSES.join(", ")}, got ${show(name)}`);
    return [];
  });
}
