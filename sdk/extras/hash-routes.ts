import type { Extra } from "../extra.ts";

/**
 * Counts each route that a single-page site keeps behind the `#` as a page of its own: `/app#/pricing?plan=pro` is
 * the path `/app/pricing`. A `#` without a slash after it, or after `#!`, is a place on a page, and no route.
 */
export function hashRoutes(): Extra {
  return function followHash(_tracker, site, signal) {
    const ownPath = site.path;
    site.path = () => {
      const route = /^#!?(\/[^?#]*)/.exec(location.hash)?.[1];
      return route ? ownPath().replace(/\/$/, "") + route : ownPath();
    };
    signal.addEventListener("abort", () => {
      site.path = ownPath;
    });
  };
}
