/** The first byte: the format, and whether the outlook is final. */
export const FORMAT = 2;

/** The texts of a standing, in the order of their bits. */
export const TEXTS = ["band", "grade", "cell", "cellName", "excluded"] as const;

/** Totals begin with this, or with the lag of their slopes. */
export const PIECES = 0;

/** How far noise may be from 0 so that each day has its part of a byte; the rest is told beside it. */
export const NOISE_KINDS = [
  { width: 0, perByte: Infinity },
  { width: 1, perByte: 5 },
  { width: 2, perByte: 3 },
  { width: 7, perByte: 2 },
] as const;

/** A rest is mostly 1 or −1, and told by one number with how far it is from the rest before. */
export const RESTS = [1, -1] as const;

/** The most days that an outlook is about. */
export const MOST_DAYS = 4_096;
