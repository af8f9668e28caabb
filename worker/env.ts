import type { Contact } from "./objects/contact.ts";
import type { Directory } from "./objects/directory.ts";
import type { Models } from "./objects/models.ts";

export interface Env {
  readonly CONTACT: DurableObjectNamespace<Contact>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly MODELS: DurableObjectNamespace<Models>;
  /** Public: stands in every page's source. May append to its own visitor and read it. */
  readonly WRITE_KEY: string;
  /** For the site's backend only: may read and write everything. */
  readonly SECRET_KEY: string;
  /** `"1"` lets a visitor's own browser see the reasons of its own score (the demo's panel does). */
  readonly EXPLAIN_TO_VISITORS?: string;
}
