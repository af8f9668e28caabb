import type { Cookie, EnginePage, Key } from "./engine.ts";
import type { Method, Session } from "./webdriver.ts";

/** https://www.w3.org/TR/webdriver2/#keyboard-actions */
const KEY_CODES: Readonly<Record<Key, string>> = {
  Tab: "\uE004",
  Enter: "\uE007",
  Escape: "\uE00C",
  PageDown: "\uE00F",
  End: "\uE010",
};

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** The script of Execute Async Script: calls the function and hands back its answer, or what it threw. */
const RUN = `const done = arguments[arguments.length - 1];
Promise.resolve()
  .then(() => (WORK)(...JSON.parse(arguments[0])))
  .then((answer) => done({ answer: JSON.stringify(answer) }), (problem) => done({ problem: String(problem) }));`;

export function asEnginePage(session: Session, handle: string): EnginePage {
  const here = <T>(method: Method, path: string, body?: unknown) =>
    session.inWindow(handle, () => session.command<T>(method, path, body));

  async function find(selector: string): Promise<string> {
    const found = await here<Record<typeof ELEMENT, string>>("POST", "/element", {
      using: "css selector",
      value: selector,
    });
    return `/element/${found[ELEMENT]}`;
  }

  const act = (type: string, actions: readonly object[]) =>
    here("POST", "/actions", { actions: [{ type, id: type, actions }] });

  return {
    async goto(url) {
      await here("POST", "/url", { url });
    },
    async back() {
      await here("POST", "/back", {});
    },
    url: () => here<string>("GET", "/url"),
    async evaluate(work, ...args) {
      const script = RUN.replace("WORK", () => work.toString());
      const { answer, problem } = await here<{ answer?: string; problem?: string }>(
        "POST",
        "/execute/async",
        {
          script,
          args: [JSON.stringify(args)],
        },
      );
      if (problem !== undefined) throw new Error(problem);
      return answer === undefined ? undefined : JSON.parse(answer);
    },
    async click(selector) {
      await here("POST", `${await find(selector)}/click`, {});
    },
    async type(selector, text) {
      await here("POST", `${await find(selector)}/value`, { text });
    },
    async press(key) {
      const value = KEY_CODES[key];
      await act("key", [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ]);
    },
    async scroll(pixels) {
      await act("wheel", [{ type: "scroll", x: 400, y: 300, deltaX: 0, deltaY: pixels, duration: 0 }]);
    },
    async cookies() {
      const cookies = await here<Cookie[]>("GET", "/cookie");
      return cookies.map(({ name, value }) => ({ name, value }));
    },
    async setOffline() {
      // The protocol has no such command.
    },
    async setHidden(isHidden) {
      await (isHidden ? here("POST", "/window/minimize", {}) : here("POST", "/window/maximize", {}));
    },
    async close() {
      await here("DELETE", "/window");
    },
  };
}
