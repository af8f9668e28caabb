import { addressProblem } from "./domain/webhooks/addresses.ts";
import type { Env } from "./env.ts";

const MAX_URL_CHARS = 2_048;

/** Tells why no requests may go to an address; `undefined` where they may. */
export type AddressCheck = (address: unknown) => string | undefined;

/** As the deployment allows: on a machine of one's own, while developing, also private hosts and http. */
export function addressCheck({ ALLOW_PRIVATE_DESTINATIONS }: Env): AddressCheck {
  return (address) => {
    const isText = typeof address === "string" && address.length <= MAX_URL_CHARS;
    return addressProblem(isText ? URL.parse(address) : null, ALLOW_PRIVATE_DESTINATIONS === "1");
  };
}
