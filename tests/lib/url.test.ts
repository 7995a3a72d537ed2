import { expect, test } from "bun:test";
import { parseServerUrl, withScheme } from "#src/lib/url.ts";

const accepted = [
  ["https://mcp.example.com/mcp", "https://mcp.example.com/mcp"],
  ["  https://mcp.example.com/mcp  ", "https://mcp.example.com/mcp"],
  ["HTTPS://MCP.Example.COM:443", "https://mcp.example.com/"],
  ["http://localhost:3901/mcp?tenant=a%20b", "http://localhost:3901/mcp?tenant=a%20b"],
  ["https://a.example/x/../y", "https://a.example/y"],
  ["https://bücher.example/", "https://xn--bcher-kva.example/"],
  ["http://0x7f.1/", "http://127.0.0.1/"],
  ["http://[::1]:80/", "http://[::1]/"],
  ["https://a.example\\evil", "https://a.example/evil"],
  ["https://a.example/p@th", "https://a.example/p@th"],
] as const;

for (const [typed, href] of accepted) {
  test(`${typed} is read as ${href}`, () => {
    const parsed = parseServerUrl(typed);

    expect(parsed.ok && parsed.url.href).toBe(href);
  });
}

const refused = [
  ["nothing", "  ", "Write the server's URL"],
  ["a name alone", "mcp.example.com", "must begin with"],
  ["no slashes", "https:mcp.example.com", "must begin with"],
  ["one slash", "https:/mcp.example.com", "must begin with"],
  ["file:", "file:///etc/passwd", "must begin with"],
  ["javascript:", "javascript:alert(1)", "must begin with"],
  ["data:", "data:text/html,x", "must begin with"],
  ["ws:", "ws://a.example", "must begin with"],
  ["no host", "https://", "not a URL that can be read"],
  ["a path in place of a host", "https:///mcp", "must have a host"],
  ["a backslash in place of a host", "https://\\mcp", "must have a host"],
  ["a port alone", "https://:443/", "not a URL that can be read"],
  ["an impossible port", "https://a.example:70000", "not a URL that can be read"],
  ["an impossible address", "http://1.2.3.4.5/", "not a URL that can be read"],
  ["an escaped NUL in the host", "https://a%00b/", "not a URL that can be read"],
  ["a user", "https://ada@a.example/", "user name"],
  ["a password alone", "https://:pw@a.example/", "user name"],
  ["a host that is a user", "https://mcp.example.com@evil.example/", "user name"],
  ["a fragment", "https://a.example/#x", "fragment"],
  ["an empty fragment", "https://a.example/#", "fragment"],
  ["a space", "https://a.example/a b", "spaces"],
  ["a line break", "https://a.exam\nple/", "spaces"],
  ["a tab", "https://a.exam\tple/", "spaces"],
  ["NUL", "https://a.example/\0", "spaces"],
  ["a lone surrogate", "https://a.example/\ud800", "spaces"],
  ["2,049 characters", `https://a.example/${"a".repeat(2_031)}`, "at most 2048"],
  ["more than 2,048 once escaped", `https://a.example/${"ü".repeat(1_000)}`, "at most 2048"],
  ["a megabyte", "x".repeat(1 << 20), "at most 2048"],
] as const;

for (const [what, typed, why] of refused) {
  test(`${what} is refused, and told why without an echo`, () => {
    const parsed = parseServerUrl(typed);

    expect(parsed).toEqual({ ok: false, message: expect.stringContaining(why) });
    expect(!parsed.ok && parsed.message).not.toContain("example");
  });
}

test("2,048 characters are accepted", () => {
  expect(parseServerUrl(`https://a.example/${"a".repeat(2_030)}`).ok).toBe(true);
});

test.each([
  ["mcp.linear.app/mcp", "https://mcp.linear.app/mcp"],
  ["  mcp.linear.app ", "https://mcp.linear.app"],
  ["mcp.example.com:8443/mcp?a=b:c", "https://mcp.example.com:8443/mcp?a=b:c"],
  ["localhost:3901/mcp", "http://localhost:3901/mcp"],
])("%j is an address without its scheme", (typed, meant) => {
  expect(withScheme(typed, (host) => host === "localhost")).toBe(meant);
});

test.each([
  "https://mcp.example.com",
  "HTTP://mcp.example.com",
  "ftp://example.com",
  "javascript:alert(1)",
  "data:text/html,x",
  "user:secret@example.com",
  "/mcp",
  "//example.com",
  "\\\\example.com",
  "two words",
  "",
])("%j stays as it is", (typed) => {
  expect(withScheme(typed, () => false)).toBe(typed);
});
