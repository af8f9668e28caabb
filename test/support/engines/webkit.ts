import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { type Engine, type EngineBrowser, MissingEngine } from "./engine.ts";
import { endGroup, killInGroup, signalGroup } from "./process-group.ts";
import { asEnginePage } from "./webdriver-page.ts";
import { type Session, startSession } from "./webdriver.ts";

const BROWSER = fileURLToPath(new URL("webkit-browser.py", import.meta.url));
/** Debian's own Python, which is the one that sees python3-gi. */
const PYTHON = "/usr/bin/python3";
const BINDING = 'import gi; gi.require_version("Gtk", "3.0"); gi.require_version("WebKit2", "4.1")';

/** WebKitGTK, driven by its own WebDriver, on a screen that nobody sees. */
export async function findWebKit(): Promise<Engine> {
  const driverPath = onPath("WebKitWebDriver");
  const screenPath = onPath("Xvfb");
  const missing = [
    ...(driverPath ? [] : ["webkit2gtk-driver"]),
    ...(screenPath ? [] : ["xvfb"]),
    ...(hasBinding() ? [] : ["python3-gi", "gir1.2-webkit2-4.1"]),
  ];
  if (!driverPath || !screenPath || missing.length > 0) {
    throw new MissingEngine(
      `WebKit is missing, which is tested on Linux only: apt-get install ${missing.join(" ")}.`,
    );
  }
  return { name: "webkit", newBrowser: () => newWebKitBrowser(driverPath, screenPath) };
}

async function newWebKitBrowser(driverPath: string, screenPath: string): Promise<EngineBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "afterglow-engine-"));
  let screen: ChildProcess | undefined;
  let group: number | undefined;
  let session: Session | undefined;

  function opened(): Session {
    if (!session) throw new Error("the browser is not open");
    return session;
  }

  function endNow(): void {
    if (group !== undefined) signalGroup(group, "SIGKILL");
    screen?.kill("SIGKILL");
  }

  /** Ends whatever has been started. */
  async function end(signal: NodeJS.Signals): Promise<void> {
    session = undefined;
    if (group !== undefined) await endGroup(group, signal);
    if (screen) await endScreen(screen);
    group = screen = undefined;
    process.off("exit", endNow);
  }

  async function close(): Promise<void> {
    const closing = opened();
    // Ending the session would kill the browser; closing its windows lets the pages leave.
    for (const handle of await closing.command<string[]>("GET", "/window/handles"))
      await asEnginePage(closing, handle).close();
    await end("SIGTERM");
  }

  return {
    profile,
    async open(mode) {
      process.on("exit", endNow);
      screen = spawnScreen(screenPath);
      session = await startSession({
        driverPath,
        env: environment(profile, await displayOf(screen)),
        capabilities: {
          "webkitgtk:browserOptions": { binary: PYTHON, args: [BROWSER, profile, ...(mode ? [mode] : [])] },
        },
        onSpawn(pid) {
          group = pid;
        },
      });
      return asEnginePage(session, await session.command<string>("GET", "/window"));
    },
    async newPage() {
      const { command, inWindow } = opened();
      // The window that the session was in last may be closed.
      const [first = ""] = await command<string[]>("GET", "/window/handles");
      const { handle } = await inWindow(first, () =>
        command<{ handle: string }>("POST", "/window/new", { type: "tab" }),
      );
      return asEnginePage(opened(), handle);
    },
    close,
    kill: () => end("SIGKILL"),
    async crashTabs() {
      if (group !== undefined) await killInGroup(group, /WebKitWebProcess/);
      await end("SIGTERM");
    },
    async dispose() {
      if (session) await close();
      // Where it did not come up, the driver may still wait for it.
      await end("SIGKILL");
      await rm(profile, { recursive: true, force: true });
    },
  };
}

function spawnScreen(path: string): ChildProcess {
  const args = ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  return spawn(path, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
}

/** The X server picks a free display itself, and says which. */
async function displayOf(screen: ChildProcess): Promise<string> {
  const number = await new Promise<string>((resolve, reject) => {
    screen.stdio[3]?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    screen.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}`)));
  });
  return `:${number}`;
}

async function endScreen(screen: ChildProcess): Promise<void> {
  if (screen.exitCode !== null) return;
  const ended = new Promise((resolve) => screen.once("exit", resolve));
  screen.kill();
  await ended;
}

function environment(profile: string, display: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DISPLAY: display,
    GDK_BACKEND: "x11",
    // Everything that GTK keeps belongs to the profile.
    XDG_CONFIG_HOME: join(profile, "config"),
    XDG_DATA_HOME: join(profile, "share"),
    XDG_CACHE_HOME: join(profile, "cache"),
    GSETTINGS_BACKEND: "memory",
    NO_AT_BRIDGE: "1",
    // There is no graphics card behind this screen.
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    // The sandbox needs user namespaces, which a container's root often has not.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  };
}

function hasBinding(): boolean {
  return existsSync(PYTHON) && spawnSync(PYTHON, ["-c", BINDING]).status === 0;
}

function onPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
