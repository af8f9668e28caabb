import type { Engine, EngineBrowser, EnginePage, Mode } from "../engines/engine.ts";

/**
 * The browser of all stories of a file, which starts slowly: each story has a site of its own in it. It stays open
 * from one story to the next, unless a story ends it.
 */
export interface SharedBrowser {
  /** A tab of the browser, which is started where it is not running. */
  open(): Promise<EnginePage>;
  /** A tab of another browser, on an empty profile, for this story only. */
  openIn(mode: Mode): Promise<EnginePage>;
  close(): Promise<void>;
  kill(): Promise<void>;
  crashTabs(): Promise<void>;
  profile(): Promise<string>;
  /** At the end of a story: closes what it opened; the next one gets a new browser where this one may be broken. */
  tidy(isBroken: boolean): Promise<void>;
  dispose(): Promise<void>;
}

export function shareBrowser(engine: Engine): SharedBrowser {
  let browser: EngineBrowser | undefined;
  let isOpen = false;
  let hasCrashed = false;
  let pages: EnginePage[] = [];
  let others: EngineBrowser[] = [];

  async function own(): Promise<EngineBrowser> {
    browser ??= await engine.newBrowser();
    return browser;
  }

  async function open(): Promise<EnginePage> {
    const opened = isOpen ? await (await own()).newPage() : await (await own()).open();
    isOpen = true;
    const page: EnginePage = {
      ...opened,
      async close() {
        pages = pages.filter((each) => each !== page);
        await opened.close();
      },
    };
    pages.push(page);
    return page;
  }

  async function end(how: "close" | "kill"): Promise<void> {
    await (await own())[how]();
    isOpen = false;
    pages = [];
  }

  async function dispose(): Promise<void> {
    await browser?.dispose();
    browser = undefined;
    isOpen = hasCrashed = false;
    pages = [];
  }

  return {
    open,
    async openIn(mode) {
      const other = await engine.newBrowser();
      others.push(other);
      return other.open(mode);
    },
    close: () => end("close"),
    kill: () => end("kill"),
    async crashTabs() {
      hasCrashed = true;
      await (await own()).crashTabs();
      isOpen = false;
    },
    profile: async () => (await own()).profile,
    async tidy(isBroken) {
      for (const other of others) await other.dispose();
      others = [];
      if (isBroken || hasCrashed) await dispose();
      if (!isOpen) return;
      const done = pages;
      pages = [];
      // A browser without any tab ends.
      await open();
      for (const page of done) await page.close();
    },
    dispose,
  };
}
