import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { MAX_CONTACTS_PER_BATCH } from "../shared/limits.ts";

/** What a machine gives to workerd. */
export interface Room {
  /** The limit of open files; `undefined` where the system does not tell. */
  readonly openFiles: number | undefined;
  readonly memoryBytes: number;
}

/** A live contact has its database, its log and the log's index open … */
const FILES_PER_CONTACT = 3;
/** … and takes this much memory, its share of the script's included. */
const MEMORY_PER_CONTACT = 400 * 1024;
/** For the site's own objects, and what workerd opens by itself. */
const FILES_OF_WORKERD = 100;
/** Of what there is, the part that is for contacts; the rest is for connections, for the system and for Node. */
const SHARE = 0.75;
/** With room for this many nobody needs to hear of limits, unless more are kept. */
const PLENTY = 1_000;

/** How many contacts may be in memory at a time, that is: active within some twelve seconds. */
export function roomForContacts({ openFiles = Infinity, memoryBytes }: Room): number {
  const byFiles = (openFiles * SHARE - FILES_OF_WORKERD) / FILES_PER_CONTACT;
  const byMemory = (memoryBytes * SHARE) / MEMORY_PER_CONTACT;
  return Math.floor(Math.min(byFiles, byMemory));
}

/** The limit of open files under which so many contacts may be in memory at a time. */
export function openFilesFor(contacts: number): number {
  return Math.ceil((contacts * FILES_PER_CONTACT + FILES_OF_WORKERD) / SHARE);
}

/**
 * One plain line on how many fit, and what the limit must be for all that are kept where that is more. Throws where
 * not even those of the largest batch fit, as it would be refused for ever.
 */
export function roomLine(room: Room, contactsKept: number): string {
  const { openFiles } = room;
  const fit = roomForContacts(room);
  if (openFiles !== undefined && openFiles < openFilesFor(MAX_CONTACTS_PER_BATCH)) {
    throw new Error(
      `the limit of open files is ${openFiles} and must be at least ${openFilesFor(MAX_CONTACTS_PER_BATCH)}; ` +
        `run "ulimit -n ${openFilesFor(Math.max(PLENTY, contactsKept))}" before it, as root where that is refused`,
    );
  }
  const line = `${openFiles ?? "limit unknown"}, room for ${fit} contacts active within 12 seconds`;
  const wanted = Math.max(PLENTY, contactsKept);
  if (fit >= wanted || openFiles === undefined || openFiles >= openFilesFor(wanted)) return line;
  return `${line}; all ${wanted} at once need "ulimit -n ${openFilesFor(wanted)}"`;
}

/** Node has raised its own limit as far as it may, and workerd inherits it. */
export async function roomOfMachine(): Promise<Room> {
  const { stdout } = await promisify(execFile)("sh", ["-c", "ulimit -n"]).catch(() => ({ stdout: "" }));
  const text = stdout.trim();
  const openFiles = text === "unlimited" ? Infinity : Number(text || NaN);
  return {
    openFiles: Number.isNaN(openFiles) ? undefined : openFiles,
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
  };
}

/** How many contacts a state folder holds. */
export async function contactsIn(stateDir: string): Promise<number> {
  const files = await readdir(join(stateDir, "objects", "afterglow-contact")).catch(() => []);
  return files.filter((file) => file.endsWith(".sqlite")).length;
}
