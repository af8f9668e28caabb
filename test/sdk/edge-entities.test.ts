import { decodeHTMLStrict } from "entities";
import { expect, test } from "vitest";

// The rewriter hands attributes over as they are written; afterglow/edge relies on this for what they mean.
test.each([
  ["score&gt;=50 &amp;&AMP; &quot;a&quot; &apos;&lt;&LT;", 'score>=50 && "a" \'<<'],
  ["Caf&eacute; M&Uuml;LLER&nbsp;&szlig;&yuml;&iexcl;", "Café MÜLLER\u00a0ßÿ¡"],
  ["&hellip;&mdash;&ndash;&ldquo;x&rdquo;&rsquo;&euro;&trade;&rarr;&OElig;", "…—–“x”’€™→Œ"],
  ["&#8364;&#x20AC;&#X20ac;&#128512;", "€€€😀"],
  // As browsers read them: what Windows had there, and what is no character.
  ["&#128;&#x99;&#0;&#xD800;&#x110000;", "€™\ufffd\ufffd\ufffd"],
  [
    "Q&A; R&D&copy &unknown; &constructor; &EACUTE; &&amp;amp;",
    "Q&A; R&D&copy &unknown; &constructor; &EACUTE; &&amp;",
  ],
])("%s is %s", (written, meant) => {
  expect(decodeHTMLStrict(written)).toBe(meant);
});
