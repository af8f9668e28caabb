/** A random text in base64url, three bytes for four characters. */
export function randomId(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...random)).replace(/[+/=]/g, (c) =>
    c === "+" ? "-" : c === "/" ? "_" : "",
  );
}

export interface Identity {
  /** The visitor's id, made on first use: 144 random bits, since whoever knows it may speak for the visitor. */
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
        current = read() || randomId(18);
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

function write(value: string, maxAgeS: number): void {
  try {
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `${COOKIE}=${value};path=/;max-age=${maxAgeS};samesite=lax${secure}`;
  } catch {
    // A sandboxed frame has no cookies.
  }
}

function read(): string {
  try {
    return /(?:^|; )afterglow_id=([\w-]{22,64})/.exec(document.cookie)?.[1] ?? "";
  } catch {
    return "";
  }
}
