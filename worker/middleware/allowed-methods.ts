import type { Hono } from "hono";
import { METHOD_NAME_ALL } from "hono/router";

import type { AppEnv } from "../env.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"];

/** The methods that are served at a path, as `Allow` names them; none where nothing is. */
export function allowedMethods({ router }: Hono<AppEnv>, path: string): string[] {
  // What is there for every method stands before the routes, such as the look at the key.
  const isServed = (method: string) =>
    router.match(method, path)[0].some(([[, route]]) => route.method !== METHOD_NAME_ALL);
  const served = METHODS.filter(isServed);
  if (served.length === 0) return [];
  return [
    ...served.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])),
    ...(isServed("OPTIONS") ? ["OPTIONS"] : []),
  ];
}
