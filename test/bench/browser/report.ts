import type { Delivery } from "./faults.ts";
import { median, quantile, table } from "./figures.ts";
import type { Stand } from "./lab.ts";
import { OURS } from "./peers.ts";
import type { SessionRequests } from "./session.ts";
import type { StartCost } from "./start-cost.ts";

export interface Measured {
  readonly starts: Readonly<Record<"plain" | "slowed", StartCost[]>>;
  readonly events: Readonly<Record<"plain" | "slowed", { callsUs: number[]; mainThreadUs: number[] }>>;
  session?: SessionRequests;
}

export function newMeasured(): Measured {
  return {
    starts: { plain: [], slowed: [] },
    events: { plain: { callsUs: [], mainThreadUs: [] }, slowed: { callsUs: [], mainThreadUs: [] } },
  };
}

type Results = ReadonlyMap<Stand, Measured>;

/** Bytes, and what the script costs before the visitor has done anything. */
export function startTable(results: Results): string {
  const of = (measured: Measured | undefined, speed: "plain" | "slowed", field: keyof StartCost) =>
    median((measured?.starts[speed] ?? []).map((cost) => cost[field]));
  const bare = measuredOf(results, (stand) => !stand.peer);
  const umami = measuredOf(results, (stand) => stand.name === "umami");
  const both = (measured: Measured, field: keyof StartCost, from?: Measured) => {
    const [plain, slowed] = (["plain", "slowed"] as const).map(
      (speed) => of(measured, speed, field) - (from ? of(from, speed, field) : 0),
    );
    return `${plain?.toFixed(1)} (${slowed?.toFixed(1)})`;
  };
  return table(
    [
      "SDK",
      "brotli B",
      "evaluation ms",
      "evaluation + start ms",
      "÷ umami, plain / slowed",
      "main thread ms",
    ],
    peersIn(results).map(([stand, measured]) => [
      `${stand.name} ${stand.version}`.trim(),
      stand.bytes().toLocaleString("en"),
      both(measured, "evaluationMs"),
      both(measured, "scriptMs"),
      (["plain", "slowed"] as const)
        .map((speed) => ratio(of(measured, speed, "scriptMs"), of(umami, speed, "scriptMs")))
        .join(" / "),
      both(measured, "mainThreadMs", bare),
    ]),
  );
}

/** What an event costs the page. */
export function costTable(results: Results): string {
  const bare = measuredOf(results, (stand) => !stand.peer);
  const ours = measuredOf(results, (stand) => stand.peer === OURS);
  const worked = (measured: Measured | undefined, speed: "plain" | "slowed") =>
    median(measured?.events[speed].mainThreadUs ?? []) - median(bare?.events[speed].mainThreadUs ?? []);
  return table(
    [
      "SDK",
      "track() µs",
      "95 % below",
      "÷ ours",
      "4× slowed",
      "main thread µs an event",
      "÷ ours",
      "4× slowed",
    ],
    peersIn(results).map(([{ name }, measured]) => {
      const { plain, slowed } = measured.events;
      return [
        name,
        whole(median(plain.callsUs)),
        whole(quantile(plain.callsUs, 0.95)),
        ratio(median(plain.callsUs), median(ours?.events.plain.callsUs ?? [])),
        whole(median(slowed.callsUs)),
        whole(worked(measured, "plain")),
        ratio(worked(measured, "plain"), worked(ours, "plain")),
        whole(worked(measured, "slowed")),
      ];
    }),
  );
}

/** What the scripted session costs the network. */
export function sessionTable(results: Results): string {
  return table(
    ["SDK", "requests", "preflights besides", "hosts asked for in vain"],
    peersIn(results).map(([{ name }, { session }]) => [
      name,
      String(session?.requests ?? "–"),
      String(session?.preflights ?? "–"),
      session?.outside.join(", ") ?? "",
    ]),
  );
}

export function faultTable(deliveries: ReadonlyMap<Stand, ReadonlyMap<string, Delivery>>): string {
  const titles = [...([...deliveries.values()][0]?.keys() ?? [])];
  const cell = (delivery: Delivery | undefined) => {
    if (!delivery) return "";
    const { delivered, extra, seconds = 0, attempts } = delivery;
    const late = seconds > 15 ? ` after ${seconds.toFixed(0)} s` : "";
    return `${delivered}${extra ? ` +${extra}` : ""}${late}${attempts ? `, ${attempts} tries` : ""}`;
  };
  return table(
    ["SDK", ...titles],
    [...deliveries].map(([{ name }, faults]) => [name, ...titles.map((title) => cell(faults.get(title)))]),
  );
}

function peersIn(results: Results): [Stand, Measured][] {
  return [...results].filter(([stand]) => stand.peer);
}

function measuredOf(results: Results, is: (stand: Stand) => boolean): Measured | undefined {
  return [...results].find(([stand]) => is(stand))?.[1];
}

function ratio(a: number, b: number): string {
  return Number.isFinite(a / b) ? (a / b).toFixed(1) : "–";
}

function whole(n: number): string {
  return Number.isFinite(n) ? n.toFixed(0) : "–";
}
