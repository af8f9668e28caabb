import type { Extra } from "../extra.ts";
import { clickIds } from "./click-ids.ts";
import { type ClickKind, clicks } from "./clicks.ts";
import { debug } from "./debug.ts";
import { hashRoutes } from "./hash-routes.ts";
import { scrollDepth } from "./scroll-depth.ts";

export { clickIds, clicks, debug, hashRoutes, scrollDepth };
export type { ClickKind };

/** What the attributes of a tag ask for. */
export default function extrasOf(dataset: Readonly<DOMStringMap>): Extra[] {
  const kinds = dataset["clicks"]?.split(" ").filter(Boolean) as ClickKind[] | undefined;
  return [
    ...(dataset["debug"] === undefined ? [] : [debug()]),
    ...(dataset["hashRoutes"] === undefined ? [] : [hashRoutes()]),
    ...(kinds ? [clicks(kinds[0] ? kinds : undefined)] : []),
    ...(dataset["scrollDepth"] === undefined ? [] : [scrollDepth()]),
    ...(dataset["clickIds"] === undefined ? [] : [clickIds()]),
  ];
}
