import type { Day } from "../../../shared/day.ts";
import { outlookEnd, readOutlook } from "../../../shared/outlook/read-outlook.ts";
import type { IndexOutlook, IndexStanding } from "./entry.ts";

/** Where a contact stands on a day, and up to when that holds if nothing happens. */
export type Ahead = IndexStanding & { readonly until: Day };

/** Under each model; where an outlook does not reach so far, what it says of its last day, which holds no longer. */
export function aheadOf(outlooks: Readonly<Record<string, IndexOutlook>>, day: Day): Record<string, Ahead> {
  const ahead: Record<string, Ahead> = {};
  for (const [model, outlook] of Object.entries(outlooks)) ahead[model] = aheadUnder(outlook, day);
  return ahead;
}

function aheadUnder({ version, bytes }: IndexOutlook, day: Day): Ahead {
  const found = readOutlook(bytes, day) ?? readOutlook(bytes, outlookEnd(bytes));
  if (!found) return { version, units: 0, band: null, isExcluded: false, until: -Infinity };
  const { units, until, band, grade, cell, excluded } = found;
  return { version, units, band, grade, cell, isExcluded: excluded !== undefined, until };
}
