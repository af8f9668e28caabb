/** For Cloudflare Workers: where a visitor stands, while the page is made. See docs/edge.md. */
export type {
  AfterglowBinding,
  ContactsBinding,
  LeadAnswer,
  LeadQuestion,
  LeadStanding,
  ModelStanding,
  SnapshotClaims,
  Whom,
} from "../../shared/lead.ts";
export { afterglow, type AfterglowEnv, personalized } from "./hono.ts";
export type { Lead } from "./lead.ts";
export { leadOf, type LeadOptions } from "./lead-of.ts";
export { originRequest, personalize } from "./personalize.ts";
