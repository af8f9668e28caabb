/** A mistake in a model, in the owner's words. */
export interface Issue {
  /** Where it is: `groups[2].rules[0].decay`; `""` for the document itself. */
  readonly path: string;
  /** What was expected, and what was got: `"expire" wants a duration like "30d", got 30`. */
  readonly message: string;
}
