import { hubSpotBySpec } from "./hubspot.ts";
import { type Received, type Reply, startReceiver } from "./receiver.ts";
import { salesforceOrg } from "./salesforce.ts";

/** Held back, it is answered when the script is written anew. */
type Scripted = Reply & { readonly isHeld?: true };

interface Script {
  /** What is answered to the next requests, before anything else. */
  replies: Scripted[];
  release?: () => void;
  received: Received[];
  usual?: ((request: Received, path: string) => Reply) | undefined;
}

type Provide = (key: "receivers" | "hasHubSpot", value: string) => void;

/**
 * Receivers for tests that run inside workerd, where no server can be started: each name behind `/to/`, `/hubspot/` and
 * `/salesforce/` is one of its own. `PUT /script/{name}` says what it answers, of plain ones the last again and again;
 * `GET /script/{name}` what it got.
 */
export default async function setup({ provide }: { readonly provide: Provide }) {
  const scripts = new Map<string, Script>();
  const kinds: Readonly<Record<string, (base: string) => Script["usual"]>> = {
    hubspot: hubSpotBySpec,
    salesforce: salesforceOrg,
  };
  const receiver = await startReceiver((request) => {
    const { pathname, search } = new URL(request.path, "http://receiver");
    const [, kind = "", name = "", ...rest] = pathname.split("/");
    const script = scripts.get(name) ?? { replies: [], received: [] };
    scripts.set(name, script);
    if (kind === "script") {
      if (request.method === "PUT") {
        script.replies = JSON.parse(request.body) as Scripted[];
        script.release?.();
      }
      return { body: JSON.stringify(script.received) };
    }
    script.received.push(request);
    script.usual ??= kinds[kind]?.(`${receiver.url}/${kind}/${name}`);
    if (script.usual) {
      const usual = script.usual(request, `/${rest.join("/")}${search}`);
      // What HubSpot's descriptions do not allow is refused whatever the script says.
      if (kind === "hubspot" && (usual.status === 400 || usual.status === 404)) return usual;
      return script.replies.shift() ?? usual;
    }
    const [reply = {}] = script.replies.length > 1 ? script.replies.splice(0, 1) : script.replies;
    if (!reply.isHeld) return reply;
    return new Promise<Reply>((resolve) => {
      script.release = () => resolve(reply);
    });
  });
  provide("receivers", receiver.url);
  provide("hasHubSpot", hubSpotBySpec() ? "yes" : "");
  return () => receiver.close();
}
