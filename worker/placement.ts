import type { Env } from "./env.ts";

/** The only one that there is to choose. */
const EU = "eu";

/**
 * A namespace where the deployment wants its objects to be kept. Objects of different jurisdictions are different
 * objects, also where they have the same name. Throws where it asks for one that is not known.
 */
export function placed<T extends Rpc.DurableObjectBranded | undefined>(
  namespace: DurableObjectNamespace<T>,
  { JURISDICTION }: Pick<Env, "JURISDICTION">,
): DurableObjectNamespace<T> {
  if (!JURISDICTION) return namespace;
  if (JURISDICTION !== EU) throw new Error(`JURISDICTION is "eu" or not set, not "${JURISDICTION}".`);
  return namespace.jurisdiction(EU);
}

/**
 * The namespace in which objects are where the deployment does not want them, so that it can be seen whether it did
 * before; `undefined` where the runtime knows of no jurisdictions, as on a machine of one's own.
 */
export function elsewhere<T extends Rpc.DurableObjectBranded | undefined>(
  namespace: DurableObjectNamespace<T>,
  { JURISDICTION }: Pick<Env, "JURISDICTION">,
): DurableObjectNamespace<T> | undefined {
  if (JURISDICTION) return namespace;
  try {
    return namespace.jurisdiction(EU);
  } catch {
    return undefined;
  }
}
