import { expect, test } from "vitest";

import { hashedAddress } from "../../worker/client-address.ts";
import { clientGroup } from "../../worker/domain/client-group.ts";

test("an address is limited by itself, one of IPv6 with its network, and a private one not at all", () => {
  for (const [address, group] of [
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:50123", "203.0.113.7"],
    ["[::ffff:203.0.113.7]:50123", "203.0.113.7"],
    [" 203.0.113.7 ", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["172.32.0.1", "172.32.0.1"],
    ["unknown", "unknown"],
    ["127.0.0.1:41000", undefined],
    ["[::ffff:127.0.0.1]:41000", undefined],
    ["[::1]:41000", undefined],
    ["10.1.2.3", undefined],
    ["172.17.0.1", undefined],
    ["192.168.1.4", undefined],
    ["fe80::1", undefined],
    ["fd12:3456::1", undefined],
    ["", undefined],
  ] as const) {
    expect([address, clientGroup(address)]).toEqual([address, group]);
  }
});

const request = (headers: Record<string, string>, cf?: Record<string, unknown>) => {
  const made = new Request("http://site/", { headers });
  return cf ? Object.assign(made, { cf }) : made;
};

test("an address is known by a keyed hash only, the same for the same one", async () => {
  const hash = (address: string) => hashedAddress(request({ "cf-connecting-ip": address }), {});
  const one = await hash("203.0.113.7");
  expect(one).toHaveLength(12);
  expect(await hash("203.0.113.7")).toBe(one);
  expect(await hash("203.0.113.8")).not.toBe(one);
  const plain = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode("203.0.113.7")),
    0,
    12,
  );
  expect(one).not.toBe(String.fromCharCode(...plain));
});

test("a header that anybody can send is believed only where whoever runs the collector has named it", async () => {
  const sent = { "x-forwarded-for": "198.51.100.1, 203.0.113.7" };
  expect(await hashedAddress(request(sent), {})).toBeUndefined();
  const named = await hashedAddress(request(sent), { ADDRESS_HEADER: "x-forwarded-for" });
  expect(named).toBeDefined();
  // What the sender has put before the proxy's own entry counts for nothing.
  const other = request({ "x-forwarded-for": "198.51.100.99, 203.0.113.7" });
  expect(await hashedAddress(other, { ADDRESS_HEADER: "x-forwarded-for" })).toBe(named);
});
