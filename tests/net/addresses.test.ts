import { expect, test } from "bun:test";

import { type AddressRange, Cidr, isSameAddress, rangeOf } from "#src/net/addresses.ts";

/** Both sides of both ends of every range that is not the public internet. A neighbour is public, or null. */
const RANGES: [
  name: string,
  AddressRange,
  before: string | null,
  first: string,
  last: string,
  after: string | null,
][] = [
  ["0.0.0.0/8, this network", "special", null, "0.0.0.0", "0.255.255.255", "1.0.0.0"],
  ["10.0.0.0/8, private", "special", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"],
  ["100.64.0.0/10, carrier NAT", "special", "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"],
  ["127.0.0.0/8, loopback", "loopback", "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"],
  [
    "168.63.129.16, Azure's wire server",
    "special",
    "168.63.129.15",
    "168.63.129.16",
    "168.63.129.16",
    "168.63.129.17",
  ],
  [
    "169.254.0.0/16, link-local",
    "linkLocal",
    "169.253.255.255",
    "169.254.0.0",
    "169.254.255.255",
    "169.255.0.0",
  ],
  ["172.16.0.0/12, private", "special", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"],
  [
    "192.0.0.0/24, protocol assignments",
    "special",
    "191.255.255.255",
    "192.0.0.0",
    "192.0.0.255",
    "192.0.1.0",
  ],
  ["192.0.2.0/24, documentation", "special", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"],
  ["192.31.196.0/24, AS112", "special", "192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"],
  ["192.52.193.0/24, AMT", "special", "192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"],
  ["192.88.99.0/24, 6to4 relays", "special", "192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"],
  ["192.168.0.0/16, private", "special", "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"],
  ["192.175.48.0/24, AS112", "special", "192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"],
  ["198.18.0.0/15, benchmarking", "special", "198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"],
  [
    "198.51.100.0/24, documentation",
    "special",
    "198.51.99.255",
    "198.51.100.0",
    "198.51.100.255",
    "198.51.101.0",
  ],
  [
    "203.0.113.0/24, documentation",
    "special",
    "203.0.112.255",
    "203.0.113.0",
    "203.0.113.255",
    "203.0.114.0",
  ],
  ["224.0.0.0/3, multicast and reserved", "special", "223.255.255.255", "224.0.0.0", "255.255.255.255", null],
  ["everything below 2000::/3", "special", null, "::2", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"],
  [
    "2001::/23, protocol assignments with Teredo, benchmarking and ORCHID",
    "special",
    "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001::",
    "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:200::",
  ],
  [
    "2001:db8::/32, documentation",
    "special",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
  ],
  [
    "2002::/16, 6to4",
    "special",
    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::",
    "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2003::",
  ],
  [
    "2620:4f:8000::/48, AS112",
    "special",
    "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
    "2620:4f:8000::",
    "2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
    "2620:4f:8001::",
  ],
  [
    "3fff::/20, documentation",
    "special",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff::",
    "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff:1000::",
  ],
  [
    "everything above 2000::/3",
    "special",
    "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::",
    "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    null,
  ],
  ["fe80::/10, link-local", "linkLocal", null, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null],
  [
    "fec0::/10 and ff00::/8, site-local and multicast",
    "special",
    null,
    "fec0::",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    null,
  ],
];

test.each(RANGES)(
  "%s begins and ends where the registry says",
  (_name, range, before, first, last, after) => {
    expect(rangeOf(first)).toBe(range);
    expect(rangeOf(last)).toBe(range);
    if (before !== null) expect(rangeOf(before)).toBe("public");
    if (after !== null) expect(rangeOf(after)).toBe("public");
  },
);

test.each([
  ["the unspecified address", "::", "special"],
  ["loopback", "::1", "loopback"],
  ["loopback, written out", "0:0:0:0:0:0:0:1", "loopback"],
  ["a public address, mapped into IPv6", "::ffff:8.8.8.8", "special"],
  ["loopback, mapped into IPv6", "::ffff:127.0.0.1", "special"],
  ["loopback, mapped and in hexadecimal", "::ffff:7f00:1", "special"],
  ["link-local, mapped into IPv6", "::ffff:169.254.169.254", "special"],
  ["loopback, IPv4-compatible", "::127.0.0.1", "special"],
  ["a translated address (RFC 6145)", "::ffff:0:127.0.0.1", "special"],
  ["NAT64", "64:ff9b::7f00:1", "special"],
  ["local NAT64", "64:ff9b:1::7f00:1", "special"],
  ["the discard prefix", "100::1", "special"],
  ["a unique local address", "fc00::1", "special"],
  ["the other half of the unique local addresses", "fdff::1", "special"],
  ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "special"],
  ["6to4 around loopback", "2002:7f00:1::", "special"],
  ["segment routing", "5f00::1", "special"],
  ["a link-local address with a zone", "fe80::1%eth0", "special"],
  ["a public address with a zone", "2606:4700::1111%eth0", "special"],
  ["a resolver's public IPv4", "8.8.8.8", "public"],
  ["a resolver's public IPv6", "2606:4700:4700::1111", "public"],
  ["octal, which is no address until the URL parser has read it", "0177.0.0.1", "special"],
  ["hexadecimal", "0x7f.1", "special"],
  ["a decimal number", "2130706433", "special"],
  ["two parts", "127.1", "special"],
  ["a name", "localhost", "special"],
  ["nothing", "", "special"],
])("%s, %p, is %s", (_what, address, range) => {
  expect(rangeOf(address)).toBe(range as AddressRange);
});

test("a CIDR range ends where its bits say", () => {
  const range = new Cidr("10.1.2.0/23");

  expect(
    ["10.1.1.255", "10.1.2.0", "10.1.3.255", "10.1.4.0"].map((address) => range.contains(address)),
  ).toEqual([false, true, true, false]);
});

test("an IPv4 range does not hold the same address mapped into IPv6, nor what is no address", () => {
  const range = new Cidr("127.0.0.0/8");

  expect(["::ffff:127.0.0.1", "::1", "127.1", "localhost"].some((address) => range.contains(address))).toBe(
    false,
  );
});

test("two spellings of one IPv6 address are the same, and a mapped IPv4 address is another", () => {
  expect(isSameAddress("fd00::0:1", "fd00:0:0:0:0:0:0:1")).toBe(true);
  expect(isSameAddress("192.0.2.1", "::ffff:192.0.2.1")).toBe(false);
  expect(isSameAddress("nonsense", "nonsense")).toBe(false);
});
