import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import type { Browser } from "playwright-core";

import { launchChromium } from "./browser/chromium.ts";
import { EVENT, eventCost } from "./browser/event-cost.ts";
import { type Delivery, FAULTS } from "./browser/faults.ts";
import { inTurns } from "./browser/figures.ts";
import { installPeers } from "./browser/install.ts";
import { type Lab, openLab, type Stand } from "./browser/lab.ts";
import {
  costTable,
  faultTable,
  type Measured,
  newMeasured,
  sessionTable,
  startTable,
} from "./browser/report.ts";
import { sessionRequests } from "./browser/session.ts";
import { startCost } from "./browser/start-cost.ts";

const quick = Boolean(process.env["BENCH_QUICK"]);
const { values: args } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    parts: { type: "string", default: "start,events,session,faults" },
    samples: { type: "string", default: quick ? "2" : "9" },
    /** Puts the figures into docs/bench.md. */
    write: { type: "boolean", default: false },
    rounds: { type: "string", default: quick ? "1" : "3" },
  },
});
const SLOWED = 4;
const EVENTS = quick ? 12 : 50;
const PATIENCE_MS = quick ? 20_000 : 75_000;

type Results = ReadonlyMap<Stand, Measured>;

/** Every SDK once, then every SDK again: what the machine does meanwhile touches all of them alike. */
async function measureStart(browser: Browser, lab: Lab, results: Results): Promise<void> {
  for (let sample = 0; sample < Number(args.samples); sample += 1) {
    for (const slowdown of [1, SLOWED]) {
      for (const stand of [...lab.stands, lab.bare]) {
        const cost = await startCost(browser, stand, lab.bare.pageUrl, slowdown);
        results.get(stand)?.starts[slowdown === 1 ? "plain" : "slowed"].push(cost);
      }
    }
  }
}

/** Most of the time nothing happens on these pages, so that several can be open at once; a slowed one is never idle. */
async function measureEvents(browser: Browser, lab: Lab, results: Results): Promise<void> {
  for (let round = 0; round < Number(args.rounds); round += 1) {
    for (const slowdown of [1, SLOWED]) {
      const count = slowdown === 1 ? EVENTS : Math.ceil(EVENTS / 2);
      await inTurns([lab.bare, ...lab.stands], slowdown === 1 ? 7 : 2, async (stand) => {
        const { callsUs, mainThreadMs } = await eventCost(browser, stand, count, slowdown);
        const mine = results.get(stand)?.events[slowdown === 1 ? "plain" : "slowed"];
        mine?.callsUs.push(...callsUs);
        mine?.mainThreadUs.push((mainThreadMs * 1000) / count);
      });
    }
  }
}

async function measureFaults(browser: Browser, lab: Lab): Promise<Map<Stand, Map<string, Delivery>>> {
  const deliveries = new Map(lab.stands.map((stand) => [stand, new Map<string, Delivery>()]));
  for (const { title, atOnce, run } of FAULTS) {
    console.log(`... ${title}`);
    await inTurns(lab.stands, atOnce, async (stand) => {
      deliveries.get(stand)?.set(title, await run(browser, stand, PATIENCE_MS));
    });
  }
  return deliveries;
}

/** Runs the parts that are asked for, and returns what is to be said of them. */
async function bench(lab: Lab, browser: Browser): Promise<string> {
  const parts = new Set(args.parts.split(","));
  const results: Results = new Map([...lab.stands, lab.bare].map((stand) => [stand, newMeasured()]));
  const said: string[] = [];
  const say = (text: string) => {
    said.push(text);
    console.log(`${text}\n`);
  };
  const few = quick ? ", with too few samples to quote" : "";
  say(`Measured on ${new Date().toISOString().slice(0, 10)} in Chromium ${browser.version()}${few}:`);
  if (parts.has("start")) {
    await measureStart(browser, lab, results);
    say(startTable(results));
  }
  if (parts.has("events")) {
    await measureEvents(browser, lab, results);
    say(costTable(results));
  }
  if (parts.has("session")) {
    await inTurns(lab.stands, 4, async (stand) => {
      const measured = results.get(stand);
      if (measured) measured.session = await sessionRequests(browser, stand);
    });
    say(sessionTable(results));
  }
  if (parts.has("faults")) say(faultTable(await measureFaults(browser, lab)));
  const { copies, ids, counted } = lab.tally;
  say(`Our collector was sent ${ids.size} events in ${copies} copies, and counted ${counted}.`);
  if (counted !== ids.size) process.exitCode = 1;
  if (parts.has("events") || parts.has("session")) sayWhoIsSilent(lab);
  return said.join("\n\n");
}

function sayWhoIsSilent({ stands }: Lab): void {
  for (const { name, collector } of stands) {
    if (collector.heard.some(({ texts }) => texts.includes(EVENT))) continue;
    console.error(`${name} sent no event: what is said of it here means nothing`);
    process.exitCode = 1;
  }
}

/** Puts the figures where the documents have their place. */
async function writeTo(file: URL, figures: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const place = /(<!-- figures -->\n)[^]*(\n<!-- end of figures -->)/;
  await writeFile(
    file,
    text.replace(place, (_all, begin: string, end: string) => begin + figures + end),
  );
}

installPeers();
const lab = await openLab(args.only ? args.only.split(",") : []);
const browser = await launchChromium();
try {
  const figures = await bench(lab, browser);
  if (args.write) await writeTo(new URL("../../docs/bench.md", import.meta.url), figures);
} finally {
  await browser.close();
  await lab.close();
}
