/** Calls back when the page is hidden, closed, or left: each time, the last moment that is sure to come. */
export function onHidden(callback: () => void): () => void {
  const whenHidden = () => {
    if (document.visibilityState === "hidden") callback();
  };
  // Safari does not fire visibilitychange when a page is navigated away from: https://webkit.org/b/151234
  addEventListener("pagehide", callback);
  document.addEventListener("visibilitychange", whenHidden, true);
  return () => {
    removeEventListener("pagehide", callback);
    document.removeEventListener("visibilitychange", whenHidden, true);
  };
}

/** Calls back when the page is shown again out of the back/forward cache. */
export function onRestored(callback: () => void): () => void {
  const whenShown = (event: PageTransitionEvent) => {
    if (event.persisted) callback();
  };
  addEventListener("pageshow", whenShown);
  return () => removeEventListener("pageshow", whenShown);
}
