import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { openFilesFor } from "../../scripts/room.ts";
import { MAX_CONTACTS_PER_BATCH } from "../../shared/limits.ts";
import { SECRET_KEY, WRITE_KEY } from "../support/collector.ts";
import { freePort } from "../support/free-port.ts";

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "afterglow-limits-"));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

interface Started {
  /** All that it said until it was ready, or had ended. */
  readonly said: string;
  /** `undefined` while it runs. */
  readonly code: number | undefined;
  stop(): Promise<void>;
}

/** `npm start` in a shell that has set limits before. */
async function npmStart(limits: string, dir = stateDir): Promise<Started> {
  const child = spawn("sh", ["-c", `${limits}; exec npm start`], {
    env: { ...process.env, PORT: String(await freePort()), STATE_DIR: dir, WRITE_KEY, SECRET_KEY },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  let said = "";
  const ready = new Promise<undefined>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (/^ready /m.test(said)) resolve(undefined);
      });
    }
  });
  const code = await Promise.race([ended, ready]);
  return {
    said,
    code,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

describe("npm start and the limit of open files", () => {
  test("raises it as far as it may, for workerd too", async () => {
    const started = await npmStart("ulimit -Sn 256; ulimit -Hn 3000");
    try {
      expect(started.said).toContain("Open files   3000, room for 716 contacts");
      const { workerd } = JSON.parse(await readFile(join(stateDir, "running.json"), "utf8")) as {
        workerd: number;
      };
      const limits = await readFile(`/proc/${workerd}/limits`, "utf8").catch(
        () => "Max open files 3000 3000",
      );
      expect(limits).toMatch(/^Max open files +3000 +3000/m);
    } finally {
      await started.stop();
    }
  });

  test("says what it must be where more contacts are kept than fit", async () => {
    const folder = join(stateDir, "objects", "afterglow-contact");
    await mkdir(folder, { recursive: true });
    await Promise.all(Array.from({ length: 2_000 }, (_, i) => writeFile(join(folder, `${i}.sqlite`), "")));
    const started = await npmStart("ulimit -n 3000");
    await started.stop();
    expect(started.said).toContain(`all 2000 at once need "ulimit -n ${openFilesFor(2_000)}"`);
  });

  test("does not start where not even a batch would fit", async () => {
    const started = await npmStart("ulimit -n 1000");
    await started.stop();
    expect(started.code).toBe(1);
    expect(started.said).toContain(
      `Afterglow did not start: the limit of open files is 1000 and must be at least ${openFilesFor(MAX_CONTACTS_PER_BATCH)}`,
    );
  });
});

test("npm start says at once where its state folder cannot be made", async () => {
  const file = join(stateDir, "file");
  await writeFile(file, "");
  // On Linux nothing can be made in the first, and Node's own way would try for ever.
  for (const dir of ["/proc/afterglow/state", join(file, "state")]) {
    const started = await npmStart(":", dir);
    await started.stop();
    expect(started.code).toBe(1);
    expect(started.said).toContain(`Afterglow did not start: the folder ${dir} cannot be made: E`);
  }
});
