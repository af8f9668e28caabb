import type { GroupDocument, ModelDocument, RuleDocument } from "./document.ts";
import type { Issue } from "./issue.ts";
import { hint, nearest } from "./nearest.ts";
import {
  DOCUMENT,
  isJson,
  isList,
  isOfAxis,
  type Merge,
  partOf,
  placeOf,
  PLAIN,
  withAxes,
} from "./override.ts";
import { showText, within } from "./show.ts";

/**
 * Parts that were meant to change one of a preset's, but name none: by the owner's own paths, as what is put together
 * of the two is a document that nobody has written.
 */
export function checkOverride(preset: ModelDocument, own: ModelDocument): Issue[] {
  const stray = [...strayAxes(preset, own), ...strayRules(preset, own)];
  return stray.length > 0 ? stray : strayNulls(withFirstAxis(withAxes(preset)), own, DOCUMENT, "");
}

/** A preset in which its first axis can be reached as the owner does it: beside `axes`, too. */
function withFirstAxis(preset: ModelDocument): object {
  const [first = {}] = Object.values(preset.axes ?? {});
  return { ...preset, ...Object.fromEntries(Object.entries(first).filter(([key]) => isOfAxis(key))) };
}

/** What is to be taken away, and is not there. */
function strayNulls(base: unknown, own: unknown, how: Merge, path: string): Issue[] {
  if (isList(own)) {
    const items = isList(base) ? base : [];
    return own.flatMap((item, i) =>
      strayNulls(items[placeOf(item, items)], item, how.each ?? PLAIN, within(path, i)),
    );
  }
  if (!isJson(own)) return [];
  const known = new Map<string, unknown>(isJson(base) ? Object.entries(base) : []);
  return Object.entries(own).flatMap(([key, value]: [string, unknown]): Issue[] => {
    if (value === null) return known.has(key) ? [] : [strayNull(key, path)];
    if (how.whole?.includes(key)) return [];
    return strayNulls(known.get(key), value, partOf(how, key), within(path, key));
  });
}

function strayNull(key: string, path: string): Issue {
  return { path, message: `the preset has no ${showText(key)} here that could be taken away` };
}

/** A new axis is a mistyped one where its name is nearly known, and no group of the change adds to it. */
function strayAxes(preset: ModelDocument, own: ModelDocument): Issue[] {
  const known = Object.keys(withAxes(preset).axes ?? {});
  const paid = new Set((own.groups ?? []).map(({ axis }) => axis));
  return Object.keys(own.axes ?? {}).flatMap((axis) => {
    // Of two names the longer one may be the mistyped one, and the right one.
    const meant = nearest(axis, known) ?? known.find((each) => nearest(each, [axis]) !== undefined);
    if (meant === undefined || known.includes(axis) || paid.has(axis)) return [];
    const message = `the preset has no axis ${showText(axis)}; did you mean ${showText(meant)}? A new one wants a group with "axis": ${showText(axis)}`;
    return [{ path: "axes", message }];
  });
}

function strayRules(preset: ModelDocument, own: ModelDocument): Issue[] {
  const groups = preset.groups ?? [];
  return (own.groups ?? []).flatMap((group, i) => {
    const base = groups.find(({ id }) => id === group.id);
    const stray = (group.rules ?? []).flatMap((rule, j) => {
      const known = (base?.rules ?? []).flatMap(({ id }) => id ?? []);
      if (isWhole(rule) || (rule.id !== undefined && known.includes(rule.id))) return [];
      return [{ path: within(within(within("", "groups"), i) + ".rules", j), rule, known }];
    });
    const isNew = stray.length === 0 && isList(group.rules);
    if (!base && !isNew) return [strayGroup(group, i, groups)];
    return stray.map(({ path, rule, known }) => ({
      path,
      message: `the preset has no rule ${name(rule.id)} in "${group.id}"${sentence(hint(rule.id ?? "", known))} A new rule wants "when", "where" or "trait"`,
    }));
  });
}

function strayGroup(group: GroupDocument, place: number, groups: readonly GroupDocument[]): Issue {
  const known = groups.flatMap(({ id }) => id ?? []);
  return {
    path: within("groups", place),
    message: `the preset has no group ${name(group.id)}${sentence(hint(group.id ?? "", known))} The rules of a new one want "when", "where" or "trait"`,
  };
}

function isWhole({ when, where, trait }: RuleDocument): boolean {
  return when !== undefined || where !== undefined || trait !== undefined;
}

function name(id: string | undefined): string {
  return id === undefined ? "without an id" : showText(id);
}

function sentence(text: string): string {
  return text.endsWith("?") ? text : `${text}.`;
}
