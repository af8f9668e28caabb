/**
 * SQLite's pages are 4096 bytes. A row that is too long for one leaves 489 bytes beside the others and has the rest in pages of 4092 bytes that are its
 * own (https://www.sqlite.org/fileformat.html#b_tree_pages, U = 4096).
 */
const OWN_PAGE_BYTES = 4092;
const LOCAL_BYTES = 489;
/** The record's header: its own length, no number for the key, and the type of what is stored. */
const HEADER_BYTES = 5;

/** What has no more than one page of its own. */
export const WITHIN_ONE_PAGE_BYTES = LOCAL_BYTES - HEADER_BYTES + OWN_PAGE_BYTES;

/**
 * How long a row is to be made so that its own pages are full, and as little of it as can be stands beside others: a contact's rows then share one
 * page, where another one would cost two. A row that is written again at the same size is written over where it stands, and no page
 * is left empty. What is not longer than `short` stays whole beside the others, and as it is.
 */
export function roomySize(bytes: number, short: number): number {
  if (bytes <= short) return bytes;
  const beside = LOCAL_BYTES - HEADER_BYTES;
  return beside + Math.ceil((bytes - beside) / OWN_PAGE_BYTES) * OWN_PAGE_BYTES;
}
