import type { ModelDocument } from "../../scoring/document.ts";
import starter from "../starter.json" with { type: "json" };
import activation from "./activation.json" with { type: "json" };
import activecampaign from "./activecampaign.json" with { type: "json" };
import dwell from "./dwell.json" with { type: "json" };
import encharge from "./encharge.json" with { type: "json" };
import fourq from "./fourq.json" with { type: "json" };
import hsneg from "./hsneg.json" with { type: "json" };
import hubspot from "./hubspot.json" with { type: "json" };
import lifecycle from "./lifecycle.json" with { type: "json" };
import naiveDwell from "./naiveDwell.json" with { type: "json" };
import painfit from "./painfit.json" with { type: "json" };
import pardot from "./pardot.json" with { type: "json" };
import seed004 from "./seed004.json" with { type: "json" };
import techtarget from "./techtarget.json" with { type: "json" };

const shipped: Readonly<Record<string, unknown>> = {
  starter,
  encharge,
  techtarget,
  hubspot,
  hsneg,
  lifecycle,
  pardot,
  activecampaign,
  activation,
  seed004,
  fourq,
  painfit,
  dwell,
  naiveDwell,
};

/**
 * The models that are shipped, by the id under which a model names one as its `preset`. Tests check each; the cast
 * is needed as TypeScript takes a literal in JSON for any text.
 */
export const PRESETS = shipped as Readonly<Record<string, ModelDocument>>;
