import { reportShape } from "./check-shape.ts";
import { checkWhole } from "./check-whole.ts";
import { collectIssues } from "./collect-issues.ts";
import type { FullModel } from "./full-model.ts";
import type { Issue } from "./issue.ts";
import { modelShape } from "./model-shape.ts";
import type { CheckOptions } from "./shape.ts";
import { isObject, type JsonObject } from "./show.ts";

/**
 * Every mistake of a document, by its own paths; none where it can be expanded. Any value may come in: nothing
 * throws, and it ends soon whatever the value holds. With `partial` the document changes a preset, so nothing is
 * missing, and what it names may be the preset's: that is seen when the two have been put together.
 */
export function checkDocument(value: unknown, options: CheckOptions): Issue[] {
  return collectIssues((report) => {
    reportShape(modelShape, value, "", options, report);
    if (!options.partial && isObject(value)) checkWhole(value, report);
  });
}

/**
 * What shows only when a checked document has been written out, by the paths of the full form: what the short
 * form and the full form name alike, and how many rules they are together.
 */
export function checkFull(full: FullModel): Issue[] {
  return collectIssues((report) => checkWhole(full as unknown as JsonObject, report));
}
