import { findChromium } from "./chromium.ts";
import { type Engine, type EngineName, ENGINES, MissingEngine } from "./engine.ts";
import { findFirefox } from "./firefox.ts";
import { findWebKit } from "./webkit.ts";

const FIND: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  chromium: findChromium,
  firefox: findFirefox,
  webkit: findWebKit,
};

/** The engine of that name on this machine. Rejects with {@link MissingEngine} where something is not installed. */
export function findEngine(name: EngineName): Promise<Engine> {
  return FIND[name]();
}

/** The engine that this run is for: the one that AFTERGLOW_ENGINE names, else Chromium. */
export function engineOfThisRun(): Promise<Engine> {
  const named = process.env["AFTERGLOW_ENGINE"] ?? "chromium";
  const name = ENGINES.find((each) => each === named);
  if (!name) throw new Error(`AFTERGLOW_ENGINE is ${named}; it may be ${ENGINES.join(", ")}.`);
  return findEngine(name);
}

if (import.meta.main) {
  try {
    await engineOfThisRun();
  } catch (problem) {
    if (!(problem instanceof MissingEngine)) throw problem;
    console.log(problem.message);
    process.exitCode = 1;
  }
}
