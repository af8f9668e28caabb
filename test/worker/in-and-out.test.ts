import { expect, test, vi } from "vitest";

import { exportFile, importFile, streamed } from "./files.ts";
import { list, newRankedSite } from "./ranked-site.ts";

test("2,000 rows come in, and go out again as they are", async () => {
  const many = await newRankedSite("import-many");
  const rows = Array.from({ length: 2_000 }, (_, i) => `user:m${i},plan-${i % 7},${i - 1_000},=${i}`);
  function* pieces() {
    yield "contact,plan,seats,note\n";
    for (const row of rows) yield `${row}\n`;
  }
  const { last } = await importFile(many, streamed(pieces()));
  expect(last).toMatchObject({ done: true, rows: 2_000, accepted: 2_000, refused: 0 });
  const exported = await vi.waitFor(
    async () => {
      const { status, text } = await exportFile(many);
      const lines = text.trimEnd().split("\r\n");
      expect([status, lines.length]).toEqual([200, 2_001]);
      return lines;
    },
    { timeout: 120_000, interval: 1_000 },
  );
  const [header, ...listed] = exported;
  expect(header).toBe(
    "contact,model,version,score,band,grade,cell,identity,lastSeen,claims,trait.note,trait.plan,trait.seats",
  );
  const back = listed.map((line) => line.split(",")).map((cells) => [cells[0], ...cells.slice(10)].join(","));
  const wanted = rows
    .map((row) => row.split(","))
    .map(([who, plan, seats, note]) => `${who},'${note},${plan},${seats}`);
  expect(back.sort()).toEqual(wanted.sort());
  // The exported file is one that can be imported: it states what is stated already.
  const again = await importFile(many, exported.join("\r\n"), "?id=again&dryRun=1");
  expect(again.last).toMatchObject({
    rows: 2_000,
    refused: 0,
    columns: { traits: ["note", "plan", "seats"] },
  });
  expect((await list(many, "?q=plan-3&limit=500")).rows).toHaveLength(286);
}, 300_000);
