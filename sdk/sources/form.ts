import { listen } from "../listen.ts";

/** What is known of a form. */
export type FormProperties = {
  /** The form's id, else its name. */
  readonly form: string;
  readonly path: string;
  /** Seconds from the first input to the end. */
  readonly value?: number | undefined;
  /** The name of the field that was used last, and of the last one that the browser found wrong. */
  last_field?: string;
  error_field?: string;
};

export type FormEvent = "Form Started" | "Form Submitted" | "Form Abandoned";

/**
 * Tells when a form is begun, sent, or, when the function it returns is called, left. No value is read, except of a
 * field that the site's owner has marked with `data-afterglow-identify`, when it is sent.
 */
export function watchForms(
  record: (event: FormEvent, properties: FormProperties) => void,
  identify: (value: string) => void,
  site: { path(): string },
  signal: AbortSignal,
): () => void {
  /** Forms that somebody has begun; as their `value` the time when. */
  const begun = new Map<HTMLFormElement, ReturnType<typeof begin>>();

  function begin(form: HTMLFormElement) {
    // By attribute: a field named "id" hides the property.
    const name = form.getAttribute("id") || form.getAttribute("name") || "";
    return { form: name, path: site.path(), value: Date.now() };
  }

  function touch(event: Event): void {
    const field = event.composedPath()[0] as HTMLInputElement;
    const { form } = field;
    if (!form) return;
    let own: FormProperties | undefined = begun.get(form);
    if (!own) {
      begun.set(form, (own = begin(form)));
      record("Form Started", { ...own, value: undefined });
      // The submit event of a form does not leave its shadow root.
      listen("submit", (sent) => begun.has(form) && submit(sent), signal, form);
    }
    own[event.type === "input" ? "last_field" : "error_field"] = field.name || field.id;
  }

  function end(event: FormEvent, form: HTMLFormElement): void {
    const own = begun.get(form) ?? begin(form);
    record(event, { ...own, value: Math.round((Date.now() - own.value) / 1000) });
    begun.delete(form);
  }

  function submit(event: Event): void {
    const form = event.target as HTMLFormElement;
    end("Form Submitted", form);
    const marked = form.querySelector<HTMLInputElement>("[data-afterglow-identify]");
    if (marked?.value) identify(marked.value);
  }

  listen("input invalid", touch, signal);
  listen("submit", submit, signal);
  return function abandon() {
    for (const form of begun.keys()) end("Form Abandoned", form);
  };
}
