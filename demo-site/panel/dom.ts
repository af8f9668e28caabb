/** An element with a class and, if given, text. Text only ever goes in as text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The same, with an attribute that tests look for. */
export function makeMarked<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  testId: string,
): HTMLElementTagNameMap[K] {
  const element = make(tag, className);
  element.dataset["testid"] = testId;
  return element;
}

export function prefersLessMotion(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
