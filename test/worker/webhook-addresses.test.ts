import { expect, test } from "vitest";

import { addressCheck } from "../../worker/destination-address.ts";
import type { Env } from "../../worker/env.ts";

const check = addressCheck({} as Env);
const whileDeveloping = addressCheck({ ALLOW_PRIVATE_DESTINATIONS: "1" } as Env);

const PUBLIC = [
  "https://example.com/hook",
  "https://hooks.example.co.uk:8443/a/b?c=d",
  "https://93.184.216.34/",
  "https://11.0.0.1/",
  "https://172.32.0.1/",
  "https://100.128.0.1/",
  "https://[2606:4700::1111]/",
  "https://[64:ff9b::8.8.8.8]/",
  "https://internal.example.com/",
  "https://xn--bcher-kva.example.com/",
];

test("requests may go to public hosts", () => {
  for (const address of PUBLIC) expect([address, check(address)]).toEqual([address, undefined]);
});

const NOT_PUBLIC = [
  // Every spelling of this machine.
  "https://127.0.0.1/",
  "https://127.0.0.1./",
  "https://127.1/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0177.0.0.1/",
  "https://0x7f.0.0.0x1/",
  "https://①②⑦.0.0.1/",
  "https://0/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::10.0.0.1]/",
  "https://[64:ff9b:1::1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001:0:7f00:1::]/",
  "https://localhost/",
  "https://LOCALHOST./",
  "https://localhost../",
  "https://127.0.0.1../",
  "https://example..com/",
  "https://api.localhost/",
  // Networks of one's own, and what clouds tell their machines.
  "https://10.1.2.3/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.1.1/",
  "https://100.64.0.1/",
  "https://100.100.100.200/",
  "https://169.254.169.254/latest/meta-data/",
  "https://[fe80::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/",
  "https://[fec0::1]/",
  "https://metadata.google.internal/",
  "https://168.63.129.16/",
  "https://printer.local/",
  "https://wiki.corp/",
  "https://router.home.arpa/",
  "https://intranet/",
  // What is nobody's, or everybody's.
  "https://0.0.0.0/",
  "https://255.255.255.255/",
  "https://224.0.0.1/",
  "https://198.18.0.1/",
  "https://192.0.2.1/",
  "https://[ff02::1]/",
  "https://[2001:db8::1]/",
  // Not by another protocol, port, or with a name and a password.
  "http://example.com/",
  "ftp://example.com/",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "https://example.com:22/",
  "https://example.com:25/",
  "https://user:password@example.com/",
  "https://example.com@127.0.0.1/",
  "https://example.com/#x",
  "example.com",
  "",
  `https://example.com/${"a".repeat(2_048)}`,
  7,
  null,
];

test("requests go to no private address in any spelling, and it says what it wants instead", () => {
  for (const address of NOT_PUBLIC) {
    expect([address, check(address)]).toEqual([address, expect.stringMatching(/^wants /)]);
  }
});

test("while developing, also this machine may be a destination, but nothing that is no web address", () => {
  expect(["http://127.0.0.1:4000/", "http://localhost/", "https://10.0.0.1/"].map(whileDeveloping)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  for (const address of ["file:///etc/passwd", "http://a:b@localhost/", ""])
    expect(whileDeveloping(address)).toMatch(/^wants /);
});
