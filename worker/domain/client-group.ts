const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/;

/**
 * What an address is limited as: an IPv4 address by itself, of IPv6 the /64 that one household or machine is given.
 * `undefined` of this machine's own and of private addresses: those are a proxy's in front of the collector, and say
 * nothing of who sends. `text` may carry a port, as workerd tells it.
 */
export function clientGroup(text: string): string | undefined {
  const bare = withoutPort(text.trim()).toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1] ?? bare;
  if (mapped === "") return undefined;
  const [, first, second] = IPV4.exec(mapped) ?? [];
  if (first !== undefined) return isPrivate(Number(first), Number(second)) ? undefined : mapped;
  if (mapped === "::1" || /^(?:f[cd]|fe[89ab])[0-9a-f]*:/.test(mapped)) return undefined;
  return mapped.includes(":") ? network(mapped) : mapped.slice(0, MAX_NAME_CHARS);
}

/** A proxy that tells no address may tell a name of its own. */
const MAX_NAME_CHARS = 64;

function withoutPort(text: string): string {
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  return inBrackets ?? (/^[\d.]+:\d+$/.test(text) ? text.replace(/:\d+$/, "") : text);
}

function isPrivate(first: number, second: number): boolean {
  return (
    first === 127 ||
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254)
  );
}

/** The first four groups of an IPv6 address, without leading zeros. */
function network(address: string): string {
  const [head = "", tail] = address.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => "0");
  const first = [...groups, ...zeros, ...rest].slice(0, 4);
  return `${first.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
