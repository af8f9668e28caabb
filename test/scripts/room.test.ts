import { describe, expect, test } from "vitest";

import { openFilesFor, roomForContacts, roomLine } from "../../scripts/room.ts";
import { MAX_CONTACTS_PER_BATCH } from "../../shared/limits.ts";

const GB = 1024 ** 3;

describe("the room for contacts", () => {
  test("is what the limit of open files allows, or what the memory does where that is less", () => {
    expect(roomForContacts({ openFiles: 20_000, memoryBytes: 64 * GB })).toBe(4_966);
    expect(roomForContacts({ openFiles: 1_048_576, memoryBytes: 2 * GB })).toBe(3_932);
    expect(roomForContacts({ openFiles: Infinity, memoryBytes: 2 * GB })).toBe(3_932);
    expect(roomForContacts({ openFiles: undefined, memoryBytes: 2 * GB })).toBe(3_932);
  });

  test("is that asked for, under the limit that is named for it", () => {
    for (const contacts of [500, 1_000, 2_000, 50_000]) {
      const fit = roomForContacts({ openFiles: openFilesFor(contacts), memoryBytes: 64 * GB });
      expect([contacts <= fit, fit <= contacts + 1]).toEqual([true, true]);
    }
  });

  test("is told in one line, with the limit that is wanted where more contacts are kept", () => {
    const room = (openFiles: number) => ({ openFiles, memoryBytes: 64 * GB });
    expect(roomLine(room(20_000), 300)).toBe("20000, room for 4966 contacts active within 12 seconds");
    expect(roomLine(room(20_000), 50_000)).toBe(
      '20000, room for 4966 contacts active within 12 seconds; all 50000 at once need "ulimit -n 200134"',
    );
    expect(roomLine({ openFiles: 1_048_576, memoryBytes: 2 * GB }, 50_000)).not.toContain("ulimit");
    expect(roomLine({ openFiles: undefined, memoryBytes: 2 * GB }, 50_000)).toContain("limit unknown");
  });

  test("must be enough for the contacts of one batch", () => {
    const room = (openFiles: number) => ({ openFiles, memoryBytes: 64 * GB });
    const least = openFilesFor(MAX_CONTACTS_PER_BATCH);
    expect(() => roomLine(room(least - 1), 0)).toThrow(`must be at least ${least}`);
    expect(roomLine(room(least), 0)).toContain("room for 500");
  });
});
