import { listen } from "../listen.ts";

/** What is known of a form that somebody has begun. */
export type FormProperties = {
  /** The form's id, else its name. */
  readonly form: string;
  readonly path: string;
  /** Seconds from the first input to the end. */
  readonly value?: number;
  /** The name of the field that was used last, and of the last one that the browser found wrong. */
  readonly last_field?: string;
  readonly error_field?: string;
};

export type FormEvent = "Form Started" | "Form Submitted" | "Form Abandoned";

/**
 * Tells when a form is begun, sent, or, when the function it returns is called, left. No value is read, except of a
 * field that the site's owner has marked with `data-afterglow-identify`, when it is sent.
 */
export function watchForms(
  record: (event: FormEvent, properties: FormProperties) => void,
  identify: (value: string) => void,
  signal: AbortSignal,
): () => void {
  const begun = new Map<HTMLFormElement, { at: number; properties: FormProperties }>();
  const watched = new WeakSet<Node>([document]);

  function touch(event: Event): void {
    const field = event.composedPath()[0] as HTMLInputElement;
    const { form } = field;
    if (!form) return;
    let own = begun.get(form);
    if (!own) {
      begun.set(form, (own = begin(form)));
      record("Form Started", own.properties);
      const root = form.getRootNode();
      // The submit event of a form does not leave its shadow root.
      if (!watched.has(root)) listen(root, "submit", submit, signal);
      watched.add(root);
    }
    const key = event.type === "input" ? "last_field" : "error_field";
    own.properties = { ...own.properties, [key]: field.getAttribute("name") || field.id };
  }

  function end(event: FormEvent, form: HTMLFormElement): void {
    const own = begun.get(form);
    const spent = own && { value: Math.round((performance.now() - own.at) / 1000) };
    record(event, { ...(own ?? begin(form)).properties, ...spent });
    begun.delete(form);
  }

  function submit({ target }: Event): void {
    const form = target as HTMLFormElement;
    end("Form Submitted", form);
    const marked = form.querySelector<HTMLInputElement>("[data-afterglow-identify]");
    if (marked?.value) identify(marked.value);
  }

  listen(document, "input invalid", touch, signal);
  listen(document, "submit", submit, signal);
  return function abandon() {
    for (const form of begun.keys()) end("Form Abandoned", form);
  };
}

function begin(form: HTMLFormElement): { at: number; properties: FormProperties } {
  // By attribute: a field named "id" hides the property.
  const name = form.getAttribute("id") || form.getAttribute("name") || "";
  return { at: performance.now(), properties: { form: name, path: location.pathname } };
}
