import { expect, test } from "vitest";

import { stageForEach } from "../support/engines/stage.ts";
import { until } from "../support/until.ts";

const { stage } = await stageForEach();

test("what a story does with mouse and keyboard is a visitor's own input to the page", async () => {
  const { browser, site } = stage();
  const page = await browser.open();
  await page.goto(`${site.url}/sign-up`);
  await page.evaluate(() => {
    document.body.style.minHeight = "5000px";
    for (const type of ["click", "keydown", "input", "wheel", "scroll"]) {
      const note = (event: Event) => {
        if (event.isTrusted) document.documentElement.dataset[type] = "seen";
      };
      document.addEventListener(type, note, { capture: true, passive: true });
    }
  });
  await page.click("input");
  await page.type("input", "ann");
  await page.press("Tab");
  await page.scroll(400);
  const seen = await until(
    () => page.evaluate(() => Object.keys(document.documentElement.dataset)),
    (types) => types.includes("scroll"),
  );
  expect(seen.toSorted()).toEqual(["click", "input", "keydown", "scroll", "wheel"]);
  expect(await page.evaluate(() => [document.activeElement?.tagName, document.hasFocus()])).toEqual([
    "BUTTON",
    true,
  ]);
});
