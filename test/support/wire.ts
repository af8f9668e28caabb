import { connect, type Socket } from "node:net";

/** What a client says on a connection of its own, byte by byte. */
export interface Saying {
  readonly first: string;
  /** Said again and again until the other end has had enough. */
  readonly more?: string;
  /** Without it as fast as it is taken. */
  readonly everyMs?: number;
}

/** Everything that is answered until the other end closes the connection. */
export async function sayOnWire(url: string, { first, more, everyMs }: Saying): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answer: string[] = [];
  socket.on("data", (chunk: Buffer) => answer.push(chunk.toString()));
  // A reset instead of an end: what was answered before it counts.
  socket.on("error", () => socket.destroy());
  socket.write(first);
  const timer = more && everyMs ? setInterval(() => socket.write(more), everyMs) : undefined;
  if (more && !everyMs) flood(socket, more);
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(timer);
  return answer.join("");
}

function flood(socket: Socket, what: string): void {
  const push = () => {
    while (socket.writable && socket.write(what));
  };
  socket.on("drain", push);
  push();
}
