import { isObject, type JsonObject, show } from "../../../shared/scoring/show.ts";
import { unknownKeys } from "../unknown-keys.ts";

export type Tell = (path: string, message: string) => void;

/** Reads the fields of an object, and tells of each that is wrong by its path. */
export interface Fields {
  readonly body: JsonObject;
  readonly tell: Tell;
  /** Tells of one of its fields. */
  tellOf(key: string, message: string): void;
  /** "" where it is wrong. */
  text(key: string, maxChars: number, fallback?: string): string;
  optionalText(key: string, maxChars: number): string | undefined;
  /** A text that is not shown again. */
  secret(key: string, example: string): string;
  flag(key: string, fallback: boolean): boolean;
  whole(key: string, least: number, most: number, fallback: number): number;
  /** A text that a pattern fits. */
  named(key: string, pattern: RegExp, example: string, fallback?: string): string;
  /** Names and texts. */
  texts(
    key: string,
    pattern: RegExp,
    example: string,
    fallback: Readonly<Record<string, string>>,
  ): Record<string, string>;
  /** The fields of an object in it; `undefined` where there is none. */
  inner(key: string, known: readonly string[], example: string): Fields | undefined;
}

const MAX_SECRET_CHARS = 1_024;
const MAX_TEXTS = 50;
const MAX_TEXT_CHARS = 256;

export function fieldsOf(body: JsonObject, tell: Tell, within = ""): Fields {
  const pathOf = (key: string) => (within === "" ? key : `${within}.${key}`);

  function optionalText(key: string, maxChars: number): string | undefined {
    const value = body[key];
    if (value === undefined) return undefined;
    if (typeof value === "string" && value.trim() !== "" && value.length <= maxChars) return value;
    tell(pathOf(key), `wants a text of 1 to ${maxChars} characters, got ${show(value)}`);
    return undefined;
  }

  return {
    body,
    tell,
    tellOf: (key, message) => tell(pathOf(key), message),
    optionalText,
    text(key, maxChars, fallback) {
      if (body[key] === undefined && fallback === undefined) {
        tell(pathOf(key), `is needed: a text of 1 to ${maxChars} characters`);
      }
      return optionalText(key, maxChars) ?? fallback ?? "";
    },
    secret(key, example) {
      const value = body[key];
      if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value) && value.length <= MAX_SECRET_CHARS)
        return value;
      tell(pathOf(key), `wants ${example}: at most ${MAX_SECRET_CHARS} characters, and no space in it`);
      return "";
    },
    flag(key, fallback) {
      const value = body[key] ?? fallback;
      if (typeof value === "boolean") return value;
      tell(pathOf(key), `wants true or false, got ${show(value)}`);
      return fallback;
    },
    whole(key, least, most, fallback) {
      const value = body[key] ?? fallback;
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most)
        return value;
      tell(pathOf(key), `wants a whole number from ${least} to ${most}, got ${show(value)}`);
      return fallback;
    },
    named(key, pattern, example, fallback) {
      const value = body[key] ?? fallback;
      if (typeof value === "string" && pattern.test(value)) return value;
      tell(pathOf(key), `wants ${example}, got ${show(value)}`);
      return "";
    },
    texts(key, pattern, example, fallback) {
      const value = body[key] ?? fallback;
      const entries = isObject(value) ? Object.entries(value) : undefined;
      if (!entries || entries.length > MAX_TEXTS) {
        tell(pathOf(key), `wants an object of at most ${MAX_TEXTS} entries, such as ${example}`);
        return {};
      }
      const good = entries.filter((entry): entry is [string, string] => {
        const [name, text] = entry;
        if (pattern.test(name) && typeof text === "string" && text !== "" && text.length <= MAX_TEXT_CHARS)
          return true;
        tell(pathOf(key), `wants entries such as ${example}, got ${show(name)}: ${show(text)}`);
        return false;
      });
      return Object.fromEntries(good);
    },
    inner(key, known, example) {
      const value = body[key];
      if (value === undefined) return undefined;
      if (!isObject(value)) {
        tell(pathOf(key), `wants an object, such as ${example}, got ${show(value)}`);
        return undefined;
      }
      for (const { message } of unknownKeys(value, known)) tell(pathOf(key), message);
      return fieldsOf(value, tell, pathOf(key));
    },
  };
}
