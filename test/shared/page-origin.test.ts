import { expect, test } from "vitest";

import { parseEvent } from "../../shared/parse-event.ts";
import { parseSignalKey } from "../../shared/signal.ts";

const NOW = Date.UTC(2026, 10, 25, 12);
const PAGE = { type: "page", anonymousId: "visitor-one", properties: { path: "/" } };

function originOf(raw: object, origin?: string) {
  const parsed = parseEvent({ ...PAGE, ...raw }, "id", {
    receivedAt: NOW,
    sentAt: undefined,
    trusted: false,
    origin,
  });
  if (!parsed.ok) throw new Error(parsed.reason);
  const { props } = parseSignalKey(parsed.event.signal);
  return { ...parsed.event.visit?.origin, told: Object.fromEntries(props) };
}

test("the campaign of our script's pages is read as it stands in their address", () => {
  const campaign = ["?utm_source=news%20letter", "&utm_campaign=spring+sale=1", "&utm_medium", "&utm_term=x"];
  expect(originOf({ context: { campaign } })).toEqual({
    referrer: "",
    source: "news letter",
    campaign: "spring sale=1",
    medium: "",
    told: { path: "/", source: "news letter", campaign: "spring sale=1" },
  });
  expect(
    originOf({
      context: { campaign: ["?utm_source=%E0%A4%A", 7, null, {}, "&utm_medium=mail", "&utm_medium=ad"] },
    }),
  ).toMatchObject({ source: "%E0%A4%A", medium: "mail", campaign: "" });
});

test("a referrer is of the same site where it is of the origin that sends it, unless the event names its own", () => {
  const referrerOf = (referrer: string, url?: string) =>
    originOf({ properties: { path: "/", referrer, url } }, "https://shop.example:444").referrer;
  expect(referrerOf("https://shop.example:444/a")).toBe("");
  expect(referrerOf("https://search.example/")).toBe("search.example");
  expect(referrerOf("https://shop.example:444/a", "https://other.example/")).toBe("shop.example:444");
});
