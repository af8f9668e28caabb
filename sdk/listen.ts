/**
 * Listens to events by name, separated by spaces, until the signal is aborted. Ours come after the page's own
 * work, never hold it up, and what goes wrong in them stays here: a tracker must not break its host.
 */
export function listen(
  target: EventTarget,
  names: string,
  callback: (event: Event) => void,
  signal: AbortSignal,
): void {
  for (const name of names.split(" ")) {
    target.addEventListener(
      name,
      (event) => {
        try {
          callback(event);
        } catch {
          // Nothing that a visitor or the page could do about it.
        }
      },
      { capture: true, passive: true, signal },
    );
  }
}
