import type { Day } from "../../shared/day.ts";
import type { Stands } from "../domain/band-marks.ts";
import { leadFor, signedFor } from "../domain/lead-snapshot.ts";
import type { ContactState } from "../domain/ledger.ts";
import type { ModelsInUse } from "../domain/models-in-use.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { Env } from "../env.ts";
import { snapshotToken } from "../snapshot-tokens.ts";

/** Sources of one contact that are about at the same time: a person's devices. */
const MOST_KEPT = 8;

interface Signed {
  /** What it was signed for; see `signedFor`. */
  readonly reason: string;
  readonly token: Promise<string | undefined>;
}

/** A contact's signed snapshots: each is signed once, until the day or where its visitor stands is another one. */
export class ContactSnapshots {
  readonly #env: Env;
  readonly #signed = new Map<string, Signed>();

  constructor(env: Env) {
    this.#env = env;
  }

  /** Never rejects: what has been counted stays so, whether or not it can be signed. */
  async token(
    state: ContactState,
    viewer: Viewer,
    models: ModelsInUse,
    day: Day,
    known?: Stands,
  ): Promise<string | undefined> {
    try {
      const lead = leadFor(viewer, state, models, day, known);
      if (!lead) return undefined;
      const reason = signedFor(lead, viewer, day);
      const { site } = state;
      const name = `${viewer.user ? "user" : ""} ${viewer.source}`;
      const last = this.#signed.get(name);
      if (last?.reason === reason) return await last.token;
      if (this.#signed.size >= MOST_KEPT) this.#signed.clear();
      const whose = { site, visitor: viewer.source, day, nowMs: Date.now() };
      const token = snapshotToken(this.#env, lead, whose);
      this.#signed.set(name, { reason, token });
      return await token;
    } catch (problem) {
      this.forget();
      console.error(problem);
      return undefined;
    }
  }

  /** After a deletion: whoever has the name then is somebody else. */
  forget(): void {
    this.#signed.clear();
  }
}
