/** The browser engines that the stories run in. */
export const ENGINES = ["chromium", "firefox", "webkit"] as const;
export type EngineName = (typeof ENGINES)[number];

/** A real browser of one engine. What it offers is what all three can do; none lets a test set the page's clock. */
export interface Engine {
  readonly name: EngineName;
  /** A visitor's browser on an empty profile, not yet open. */
  newBrowser(): Promise<EngineBrowser>;
}

/**
 * Ways to open a browser: private, so that nothing outlives it; with cookies and all storage switched off by its
 * user; or with a disk that has no room left for a site.
 */
export type Mode = "private" | "storage off" | "storage full";

/** One visitor's browser, with a profile on disk that outlives its being closed or killed. */
export interface EngineBrowser {
  /** Starts the browser on the profile and opens an empty page. Rejects where the engine has no such mode. */
  open(mode?: Mode): Promise<EnginePage>;
  /** Another tab of the open browser. */
  newPage(): Promise<EnginePage>;
  /** Closes every tab and ends the browser, as a visitor does. Resolves when its processes are gone. */
  close(): Promise<void>;
  /** Ends all of the browser's processes at once with SIGKILL, as a crash or a power cut does. */
  kill(): Promise<void>;
  /**
   * Ends the processes that show pages, as a crash of the tab does, and then the browser: with dead tabs a driven one does
   * not go on for sure.
   */
  crashTabs(): Promise<void>;
  /** The folder of the profile. */
  readonly profile: string;
  /** Closes the browser, if it is open, and deletes the profile. */
  dispose(): Promise<void>;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** Keys that a visitor presses. */
export type Key = "Tab" | "Enter" | "Escape" | "PageDown" | "End";

/** A tab. Input is the browser's own, not events made by a script. */
export interface EnginePage {
  /** Resolves when the page has loaded. */
  goto(url: string): Promise<void>;
  /** Goes one page back, and resolves when that page is shown. */
  back(): Promise<void>;
  url(): Promise<string>;
  /** Runs a function in the page. It sees nothing of the test; arguments and result go as JSON. */
  evaluate<Args extends readonly unknown[], T>(
    work: (...args: Args) => T | Promise<T>,
    ...args: Args
  ): Promise<T>;
  click(selector: string): Promise<void>;
  /** Clicks into a field and types. */
  type(selector: string, text: string): Promise<void>;
  press(key: Key): Promise<void>;
  /** Turns the mouse wheel over the page. */
  scroll(pixels: number): Promise<void>;
  /** What the browser would send to the page's host. */
  cookies(): Promise<Cookie[]>;
  /** Tells the page that there is no network, where the engine lets one tell; the rest finds out by itself. */
  setOffline(isOffline: boolean): Promise<void>;
  /** Puts the page out of sight, or back into it, as by minimizing its window or going to another tab. */
  setHidden(isHidden: boolean): Promise<void>;
  /** Closes the tab. */
  close(): Promise<void>;
}

/** The engine cannot run here; the message is one sentence that says what to install. */
export class MissingEngine extends Error {}
