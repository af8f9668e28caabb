/**
 * The id of an event made by our SDK: the producer (one loaded page) and its running number. The collector
 * remembers the numbers of a producer as runs, so that it recognises every event for as long as one can arrive.
 */
export interface SdkEventId {
  readonly producer: string;
  readonly sequence: number;
}

const SDK_ID = /^ag:([\w-]{12}):([\da-z]{1,7})$/;

/** `("Zk3vQ0aB_x9-", 36)` → `"ag:Zk3vQ0aB_x9-:10"`; a producer is 12 characters, more than 60 random bits. */
export function formatSdkEventId(producer: string, sequence: number): string {
  return `ag:${producer}:${sequence.toString(36)}`;
}

/** `undefined` for the ids of other clients. */
export function parseSdkEventId(id: string): SdkEventId | undefined {
  const match = SDK_ID.exec(id);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { producer: match[1], sequence: Number.parseInt(match[2], 36) };
}
