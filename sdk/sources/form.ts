/** Calls back with the id (else the name) of each form that is submitted. Nothing that was typed is read. */
export function onFormSubmit(callback: (form: string) => void): () => void {
  const whenSubmitted = (event: Event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    // By attribute: a field named "id" hides the property.
    callback(form.getAttribute("id") || form.getAttribute("name") || "");
  };
  document.addEventListener("submit", whenSubmitted, true);
  return () => document.removeEventListener("submit", whenSubmitted, true);
}
