import type { Ref } from "../shared/event.ts";
import type { Env } from "./env.ts";
import { DIRECTORY_NAME } from "./objects/contact.ts";

/** Contacts that this isolate knows to exist: the directory is asked once for each, not at every read. */
const known = new Set<Ref>();
const MAX_KNOWN = 50_000;

export function remember(ref: Ref): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.add(ref);
}

/** Whether a contact exists, without making it exist. */
export async function contactExists(ref: Ref, env: Env): Promise<boolean> {
  if (known.has(ref)) return true;
  if (!(await env.DIRECTORY.getByName(DIRECTORY_NAME).has(ref))) return false;
  remember(ref);
  return true;
}
