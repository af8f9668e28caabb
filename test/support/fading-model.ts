import type { ModelDocument } from "../../shared/scoring/document.ts";

/** Days after the last event. */
export const DATES = [0, 1, 2, 9, 29, 30, 61, 120, 240, 364];

/** All that fades: half-lives, what expires, what is lost in steps, inactivity. */
export const FADING = {
  axes: {
    engagement: { inactivity: { steps: { "60d": -5, "120d": -10 }, mode: "cumulative", onReturn: "keep" } },
    fit: {},
  },
  groups: [
    {
      id: "visits",
      axis: "engagement",
      max: 60,
      rules: [
        { id: "pricing", when: { page: "/pricing" }, points: 10, decay: { halfLife: "30d" } },
        { id: "docs", when: { page: "/docs*" }, points: 3, decay: { expire: "60d" } },
        {
          id: "form",
          when: { event: "Form Submitted" },
          points: 25,
          decay: { linear: { percent: 25, every: "30d" } },
        },
        { id: "left", when: { event: "Unsubscribed" }, points: -12, decay: { halfLife: "90d" } },
      ],
    },
    { id: "firm", axis: "fit", rules: [{ id: "size", trait: "plan", map: { pro: 15, free: -3 } }] },
  ],
  bands: [
    { name: "hot", when: { score: { gte: 40 } } },
    { name: "warm", when: { score: { gte: 12 } } },
    { name: "cold" },
  ],
} as const satisfies ModelDocument;
