/** The names of the characters from U+00A0 to U+00FF, in their order. */
const LATIN_1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro " +
  "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil " +
  "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave " +
  "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml " +
  "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute " +
  "thorn yuml";

/** What else texts on pages have in them. */
const OTHERS =
  'lt< gt> amp& quot" apos\' LT< GT> AMP& QUOT" COPY© REG® OEligŒ oeligœ ScaronŠ scaronš YumlŸ ndash– mdash— ' +
  "lsquo‘ rsquo’ sbquo‚ ldquo“ rdquo” bdquo„ lsaquo‹ rsaquo› bull• hellip… euro€ trade™ larr← uarr↑ rarr→ darr↓ " +
  "harr↔ minus− ne≠ le≤ ge≥ infin∞ check✓ star☆ starf★ hearts♥ ensp\u2002 emsp\u2003 thinsp\u2009 zwnj\u200c zwj\u200d";

const NAMED: ReadonlyMap<string, string> = new Map([
  ...LATIN_1.split(" ").map((name, n) => [name, String.fromCodePoint(0xa0 + n)] as const),
  ...OTHERS.split(" ").map((text) => [text.slice(0, -1), text.slice(-1)] as const),
]);

/** What numbers from 128 to 159 stand for in HTML: the characters of windows-1252, where it has one. */
const WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/**
 * An attribute as it is meant, where it stands as it is written: `score&gt;=50`. Of names those of Latin-1 and of the
 * usual punctuation and arrows are known; others stay as they are.
 */
export function withoutEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]{1,7}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED.get(name) ?? whole;
      return characterOf(decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal));
    },
  );
}

function characterOf(code: number): string {
  if (code >= 0x80 && code < 0xa0) return WINDOWS.charAt(code - 0x80);
  const isCharacter = code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000);
  return isCharacter ? String.fromCodePoint(code) : "\ufffd";
}
