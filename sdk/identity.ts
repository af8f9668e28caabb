import { BAND } from "./band.ts";
import { quietly } from "./quietly.ts";

/** A random text of letters and digits, each worth a little more than five bits. */
export function randomId(characters: number): string {
  const random = [...crypto.getRandomValues(new Uint8Array(characters))];
  return random.map((byte) => (byte % 36).toString(36)).join("");
}

export interface Identity {
  /** The visitor's id, made on first use: more than 128 random bits, since whoever knows it may speak for the visitor. */
  id(): string;
  /** Leaves this visitor behind. */
  forget(): void;
}

/**
 * Keeps the visitor's id in a first-party cookie, where the edge can read it too; in memory where that is refused, or
 * where nothing may be stored.
 */
export function createIdentity(maxAgeS: number): Identity {
  let current = "";

  return {
    id() {
      if (!current) {
        current = (maxAgeS && quietly(read)) || randomId(26);
        write(current, maxAgeS);
      }
      return current;
    },
    forget() {
      current = "";
      write("", 0);
      quietly(() => delete document.documentElement.dataset[BAND] && delete localStorage[BAND]);
    },
  };
}

// A sandboxed frame has no cookies, and says so by an error.

function write(value: string, maxAgeS: number): void {
  const secure = location.protocol === "https:" ? ";secure" : "";
  const text = `afterglow_id=${value};path=/;max-age=${maxAgeS};samesite=lax${secure}`;
  quietly(() => (document.cookie = text));
}

function read(): string | undefined {
  return /\bafterglow_id=([\w-]{22,})/.exec(document.cookie)?.[1];
}
