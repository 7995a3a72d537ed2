import { expect, test } from "bun:test";
import { parseEgressException } from "#src/settings/egress-allow.ts";

const accepted = [
  ["intranet.example.com:8443", { host: "intranet.example.com", port: 8443 }],
  ["Intranet.Example.COM:80", { host: "intranet.example.com", port: 80 }],
  ["localhost:3000", { host: "localhost", port: 3000 }],
  ["10.1.2.3:80", { host: "10.1.2.3", port: 80 }],
  ["0x7f.1:80", { host: "127.0.0.1", port: 80 }],
  ["bücher.example:443", { host: "xn--bcher-kva.example", port: 443 }],
  ["[::1]:3000", { host: "::1", port: 3000 }],
  ["[0:0::1]:3000", { host: "::1", port: 3000 }],
  ["10.0.0.0/8:443", { cidr: "10.0.0.0/8", port: 443 }],
  ["0.0.0.0/0:1", { cidr: "0.0.0.0/0", port: 1 }],
  ["192.168.1.7/32:65535", { cidr: "192.168.1.7/32", port: 65535 }],
  ["[fd00::]/8:443", { cidr: "fd00::/8", port: 443 }],
  ["FD00::/8:443", { cidr: "fd00::/8", port: 443 }],
] as const;

for (const [text, exception] of accepted) {
  test(`${text} opens exactly that`, () => {
    expect(parseEgressException(text)).toEqual(exception);
  });
}

const refused = [
  ["a host without a port", "intranet.example.com"],
  ["a range without a port", "10.0.0.0/8"],
  ["port 0", "a.example:0"],
  ["a port past the last", "a.example:65536"],
  ["a port by name", "a.example:https"],
  ["an IPv6 address whose port cannot be told", "::1:3000"],
  ["an IPv4 prefix past 32", "10.0.0.0/33:443"],
  ["an IPv6 prefix past 128", "[fd00::]/129:443"],
  ["a range by name", "a.example/8:443"],
  ["a URL", "https://a.example:443"],
  ["a URL's userinfo", "ada@a.example:443"],
  ["a wildcard", "*.example.com:443"],
  ["a zone", "[fe80::1%eth0]:80"],
  ["brackets around a name", "[a.example]:443"],
  ["a space", "a b:443"],
  ["nothing", ""],
] as const;

for (const [what, text] of refused) {
  test(`${what} is no exception`, () => {
    expect(parseEgressException(text)).toBeNull();
  });
}
