import type { GroupDocument, ModelDocument, RuleDocument } from "./document.ts";
import type { Issue } from "./issue.ts";
import { hint } from "./nearest.ts";
import { showText, within } from "./show.ts";

/**
 * Parts that were meant to change one of a preset's, but name none: by the owner's own paths, as what is put together
 * of the two is a document that nobody has written.
 */
export function checkOverride(preset: ModelDocument, own: ModelDocument): Issue[] {
  const groups = preset.groups ?? [];
  return (own.groups ?? []).flatMap((group, i) => {
    const base = groups.find(({ id }) => id === group.id);
    const stray = (group.rules ?? []).flatMap((rule, j) => {
      const known = (base?.rules ?? []).flatMap(({ id }) => id ?? []);
      if (isWhole(rule) || (rule.id !== undefined && known.includes(rule.id))) return [];
      return [{ path: within(within(within("", "groups"), i) + ".rules", j), rule, known }];
    });
    if (stray.length === 0) return [];
    if (!base) return [strayGroup(group, i, groups)];
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
