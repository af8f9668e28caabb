import { type Received, startReceiver } from "./receiver.ts";

interface Script {
  /** What is answered to the next requests, the last of them to all after it. */
  replies: { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string }[];
  received: Received[];
}

/**
 * Receivers for tests that run inside workerd, where no server can be started: each name behind `/to/` is one of its own.
 * `PUT /script/{name}` says what it answers, `GET /script/{name}` what it got.
 */
export default async function setup({ provide }: { provide: (key: "receivers", url: string) => void }) {
  const scripts = new Map<string, Script>();
  const receiver = await startReceiver((request) => {
    const [, kind, name = ""] = request.path.split("?")[0]?.split("/") ?? [];
    const script = scripts.get(name) ?? { replies: [], received: [] };
    scripts.set(name, script);
    if (kind === "script") {
      if (request.method !== "PUT") return { body: JSON.stringify(script.received) };
      script.replies = JSON.parse(request.body) as Script["replies"];
      return {};
    }
    script.received.push(request);
    const [reply = {}] = script.replies.length > 1 ? script.replies.splice(0, 1) : script.replies;
    return reply;
  });
  provide("receivers", receiver.url);
  return () => receiver.close();
}
