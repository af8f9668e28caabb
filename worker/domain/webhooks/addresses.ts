/** An address as `URL` takes it apart, which the domain does not know. */
interface Address {
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly hash: string;
  readonly port: string;
  readonly hostname: string;
}

/**
 * Why no requests may go to an address that an owner names; `null` is none. Only hosts that are public may be asked:
 * whoever can name an address could have the collector ask its own network otherwise. A name is not looked up here (a
 * Worker cannot); what it stands for, the runtime's network sees to.
 */
export function addressProblem(url: Address | null, allowsPrivate: boolean): string | undefined {
  if (!url) return 'wants a whole address, such as "https://example.com/hook", of at most 2,048 characters';
  if (url.username !== "" || url.password !== "") return "wants an address without a user name or a password";
  if (url.hash !== "") return "wants an address without a #fragment, as none is ever sent";
  if (allowsPrivate && (url.protocol === "http:" || url.protocol === "https:")) return undefined;
  if (url.protocol !== "https:") return "wants an address that begins with https://";
  if (!isAllowedPort(url.port)) return "wants port 443 (leave it out), or one from 1024 on";
  return isPublicHost(url.hostname)
    ? undefined
    : "wants a host that is reached from the Internet: no private, local or reserved address, and a name with a dot";
}

function isAllowedPort(port: string): boolean {
  return port === "" || Number(port) >= 1_024;
}

/** Of a host as `URL` writes it: every spelling of an IPv4 address is four numbers then, and names are lower case. */
function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPublicIpv6(groupsOf(hostname.slice(1, -1)));
  const host = hostname.replace(/\.$/, "");
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPublicIpv4(host.split(".").map(Number));
  // `URL` takes "localhost.." as well.
  const isName = host.includes(".") && host.split(".").every((label) => label !== "");
  return isName && !LOCAL_NAMES.some((name) => host === name || host.endsWith(`.${name}`));
}

/** Names that mean this machine, this network, or nothing; RFC 6761, 6762, 8375, 9476, and what networks use. */
const LOCAL_NAMES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
  "test",
  "invalid",
  "example",
  "onion",
  "alt",
];

/** The first numbers of a range and how many bits of them it is: all that IANA lists as not globally reachable. */
const NOT_PUBLIC: readonly (readonly [start: readonly number[], bits: number])[] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[127, 0, 0, 0], 8],
  // Also where clouds tell a machine its own secrets.
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 88, 99, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 4],
  [[240, 0, 0, 0], 4],
  // Azure's own, which looks public.
  [[168, 63, 129, 16], 32],
];

function isPublicIpv4(parts: readonly number[]): boolean {
  const address = numberOf(parts);
  return !NOT_PUBLIC.some(([start, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) === Math.floor(numberOf(start) / size);
  });
}

function numberOf(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** Only 2000::/3 is given out, and of it these are special: protocols, 6to4, Teredo, documentation. */
function isPublicIpv6(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups;
  // 64:ff9b::/96 stands for an IPv4 address, as ::ffff:0:0/96 does.
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const isTranslated =
    first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (isMapped || isTranslated) {
    return isPublicIpv4(groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]));
  }
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return false;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

/** As `URL` writes it: with `::` at most once, and no dots. */
function groupsOf(text: string): number[] {
  const [before = "", after] = text.split("::");
  const [head, tail] = [numbersOf(before), numbersOf(after ?? "")];
  const missing = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function numbersOf(groups: string): number[] {
  return groups === "" ? [] : groups.split(":").map((group) => parseInt(group, 16));
}
