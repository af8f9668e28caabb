/** A random text of letters and digits, each worth a little more than five bits. */
export function randomId(characters: number): string {
  const random = crypto.getRandomValues(new Uint8Array(characters));
  return Array.from(random, (byte) => (byte % 36).toString(36)).join("");
}

export interface Identity {
  /** The visitor's id, made on first use: more than 128 random bits, since whoever knows it may speak for the visitor. */
  id(): string;
  /** Leaves this visitor behind. */
  forget(): void;
}

const COOKIE = "afterglow_id";
const YEAR_S = 31_536_000;

/** Keeps the visitor's id in a first-party cookie, where the edge can read it too; in memory where refused. */
export function createIdentity(): Identity {
  let current = "";

  return {
    id() {
      if (!current) {
        current = read() || randomId(26);
        write(current, YEAR_S);
      }
      return current;
    },
    forget() {
      current = "";
      write("", 0);
    },
  };
}

/** A sandboxed frame has no cookies, and says so by an error. */
function write(value: string, maxAgeS: number): void {
  try {
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `${COOKIE}=${value};path=/;max-age=${maxAgeS};samesite=lax${secure}`;
  } catch {}
}

function read(): string | undefined {
  try {
    return /(?:^|; )afterglow_id=([\w-]{22,64})/.exec(document.cookie)?.[1];
  } catch {
    return undefined;
  }
}
