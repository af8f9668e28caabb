/** Where a page finds its visitor's last band: in `localStorage`, and as `data-afterglow-band` on `<html>`. */
export const BAND = "afterglowBand";
