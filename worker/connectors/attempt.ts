import type { AddressCheck } from "../destination-address.ts";
import type { Destination } from "../domain/webhooks/destination.ts";
import type { Message } from "../domain/webhooks/message.ts";

/** A text that is kept, sealed, until the delivery or the destination goes. */
export interface Note {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** One attempt to deliver one message. */
export interface Attempt {
  readonly destination: Destination;
  readonly message: Message;
  readonly now: number;
  readonly check: AddressCheck;
  /** What this delivery has come to so far. */
  readonly progress: Note;
  /** What lets one into the destination. */
  readonly session: Note;
}
