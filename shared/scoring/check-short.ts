import { fades, refuseWithin } from "./check-rule.ts";
import { checkPath } from "./check-when.ts";
import type { Report } from "./collect-issues.ts";
import { MAX_RULES } from "./model-limits.ts";
import type { CheckOptions } from "./shape.ts";
import { entriesOf, isObject, type JsonObject, showText, within } from "./show.ts";

/** The parts of the short form whose points fade, each a group of this name in the full form. */
export const SHORT_PARTS = ["pages", "minutes", "forms", "events"] as const;

/** The decay of a document beside the limits of its lines, and patterns that no page can meet. */
export function checkShort(document: JsonObject, path: string, report: Report): void {
  for (const part of ["pages", "minutes"]) {
    for (const [pattern] of entriesOf(document[part], MAX_RULES)) {
      checkPath(pattern, within(path, part), report);
      if (/^(?:[/*]|$|__proto__)/.test(pattern)) continue;
      report(
        within(path, part),
        () =>
          `${showText(pattern)} meets no page: a path begins with "/", and * stands for anything before it`,
      );
    }
  }
  for (const part of fades(document["decay"]) ? SHORT_PARTS : []) {
    const lines = document[part];
    for (const [pattern, line] of entriesOf(lines, MAX_RULES)) {
      if (!isObject(line) || line["decay"] !== undefined) continue;
      const at = within(within(path, part), pattern);
      refuseWithin(line["limits"], at, report, ', and "decay" of the document is one');
    }
  }
}

/** An exclusion that tests nothing would leave everybody unscored. */
export function meetsSomebody(
  exclusion: JsonObject,
  path: string,
  report: Report,
  options: CheckOptions,
): void {
  const { when, where } = exclusion;
  const testsNothing = where === undefined || (isObject(where) && Object.keys(where).length === 0);
  const namesNothing = when === undefined || (Array.isArray(when) && when.length === 0);
  const isMissing = where === undefined && when === undefined;
  if (testsNothing && namesNothing && !isMissing && !options.partial) {
    report(path, () => 'wants a test in "where" or an event in "when"');
  }
}
