import type { Scalar } from "../../../shared/event.ts";

/**
 * What a text from elsewhere stands for: `true` and `false` are what they say, whatever the case; a number is one if it is written plainly
 * (no exponent, no zero in front, no more than 15 digits, which are kept exactly); all else is text.
 */
export function plainValue(given: string): Scalar {
  const text = given.trim();
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && text.replaceAll(/\D/g, "").length <= 15;
  return isNumber ? Number(text) : given;
}
