import { quietly } from "./quietly.ts";

/**
 * Listens to events by name, separated by spaces, until the signal is aborted. The window hears all of the page's
 * first, those too that do not bubble. Ours never hold up the page's own work, and what goes wrong in them stays
 * here: a tracker must not break its host.
 */
export function listen(
  names: string,
  callback: (event: Event) => void,
  signal: AbortSignal,
  target: EventTarget = window,
): void {
  for (const name of names.split(" ")) {
    target.addEventListener(name, (event) => quietly(() => callback(event)), {
      capture: true,
      passive: true,
      signal,
    });
  }
}
