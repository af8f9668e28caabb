import type { Ref } from "../../shared/event.ts";
import type { SiteId } from "./site.ts";

/** The object that has a visitor's facts since a merge, and the signature that says so. */
export interface VisitorHome {
  readonly object: string;
  readonly mac: string;
}

const SIGNED = /^([0-9a-f]{64})\.([\w-]{24})$/;

/** Reads what an answer has told as `home`. */
export function parseHome(text: string): VisitorHome | undefined {
  const [, object, mac = ""] = SIGNED.exec(text) ?? [];
  return object === undefined ? undefined : { object, mac };
}

/** By the object's number, which does not tell whose it is. */
export function formatHome({ object, mac }: VisitorHome): string {
  return `${object}.${mac}`;
}

/** What is signed: begins with what for, so that no signature of another kind of thing is one of a home. */
export function homeText(site: SiteId, visitor: Ref, object: string): string {
  return `afterglow home 1\n${site}\n${visitor}\n${object}`;
}
