import { describe, expect, test } from "bun:test";

import { createEgressPolicy, type EgressPolicyOptions } from "#src/net/policy.ts";
import { errorOf, guard } from "#tests/net/support/guards.ts";

const policy = (options: Partial<EgressPolicyOptions> = {}) =>
  createEgressPolicy({ allowLoopback: false, exceptions: [], ownAddresses: () => [], ...options });

const isOpen = (options: Partial<EgressPolicyOptions>, url: string, address: string): boolean => {
  const { target, allows } = policy(options);
  return allows(target(url), address);
};

/** What `check` said, or null where the URL may be called. */
async function refusal(url: string, options: Partial<EgressPolicyOptions> = {}) {
  using guarded = guard({ ownAddresses: () => [], ...options });
  return errorOf(Promise.try(() => guarded.check(url))).catch(() => null);
}

describe("a URL is refused as it stands", () => {
  test.each([
    "ftp://mcp.example/",
    "file:///etc/passwd",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "ws://mcp.example/",
    "blob:https://mcp.example/1",
    "https://ada@mcp.example/",
    "https://ada:secret@mcp.example/",
    "https://:secret@mcp.example/",
    "https://mcp.example:0/",
    "http://mcp.example:22/",
    "http://mcp.example:25/",
    "https://mcp.example:6000/",
    "https://mcp.example:6667/",
    "https://mcp.example:10080/",
    "https://mcp.example:65536/",
    "https://",
    "mcp.example",
    "",
  ])("%p, which no setting would allow", async (url) => {
    expect(await refusal(url, { allowLoopback: true })).toMatchObject({
      kind: "refused",
      stage: "dns",
      setting: null,
    });
  });

  test.each([
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://%31%32%37.0.0.1/",
    "http://１２７。0。0。1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://mcp.localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://100.64.0.1/",
    "http://192.168.1.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
  ])("%p, whose host is no place on the public internet", async (url) => {
    const error = await refusal(url);

    expect(error).toMatchObject({ kind: "refused", stage: "dns" });
    expect(error?.setting).toStartWith("EGRESS_ALLOW=");
  });

  test.each([
    "https://mcp.example/mcp",
    "http://mcp.example/mcp",
    "https://mcp.example:8443/mcp",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://localhost.example/",
    "https://mylocalhost/",
  ])("but not %p", async (url) => {
    expect(await refusal(url)).toBeNull();
  });

  test("a refusal names the setting that would allow exactly this, and repeats nothing else of the URL", async () => {
    const error = await refusal("http://[fd00::1]:8080/path?token=secret#part");

    expect(error?.setting).toBe("EGRESS_ALLOW=[fd00::1]:8080");
    expect(error?.message).toContain("EGRESS_ALLOW=host:port");
    expect(error?.message).not.toContain("fd00");
    expect(error?.message).not.toContain("secret");
  });
});

describe("allowLoopback", () => {
  test.each([
    "http://127.0.0.1:3901/mcp",
    "http://[::1]:3901/mcp",
    "http://localhost:3901/mcp",
    "http://127.1.2.3/",
  ])("opens %p", async (url) => {
    expect(await refusal(url, { allowLoopback: true })).toBeNull();
  });

  test.each([
    "http://169.254.169.254/",
    "http://[fe80::1]/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
  ])("does not open %p", async (url) => {
    expect(await refusal(url, { allowLoopback: true })).toMatchObject({ kind: "refused" });
  });
});

describe("an exception", () => {
  const name = { exceptions: [{ host: "intranet.example", port: 8443 }] };
  const range = { exceptions: [{ cidr: "10.1.0.0/16", port: 8443 }] };

  test("for a name opens that name at that port, wherever it leads", () => {
    expect(isOpen(name, "https://intranet.example:8443/", "10.9.9.9")).toBe(true);
    expect(isOpen(name, "https://Intranet.Example.:8443/", "fd00::1")).toBe(true);
    expect(isOpen(name, "https://intranet.example:8443/", "127.0.0.1")).toBe(true);
  });

  test("for a name opens no other port, no other name and no name below it", () => {
    expect(isOpen(name, "https://intranet.example/", "10.9.9.9")).toBe(false);
    expect(isOpen(name, "https://other.example:8443/", "10.9.9.9")).toBe(false);
    expect(isOpen(name, "https://sub.intranet.example:8443/", "10.9.9.9")).toBe(false);
  });

  test("for a range opens its addresses at that port, under any name", () => {
    expect(isOpen(range, "https://anything.example:8443/", "10.1.255.255")).toBe(true);
    expect(isOpen(range, "https://10.1.0.0:8443/", "10.1.0.0")).toBe(true);
  });

  test("for a range opens no address beside it and no other port", () => {
    expect(isOpen(range, "https://anything.example:8443/", "10.2.0.0")).toBe(false);
    expect(isOpen(range, "https://anything.example:8443/", "10.0.255.255")).toBe(false);
    expect(isOpen(range, "https://anything.example:8444/", "10.1.0.0")).toBe(false);
    expect(isOpen(range, "https://anything.example:8443/", "::ffff:10.1.0.1")).toBe(false);
  });

  test("for an address opens the URL that names it, in whatever notation", async () => {
    const loopback = { exceptions: [{ host: "127.0.0.1", port: 3901 }] };
    const loopback6 = { exceptions: [{ host: "::1", port: 3901 }] };

    expect(await refusal("http://0x7f.1:3901/", loopback)).toBeNull();
    expect(await refusal("http://[0:0::1]:3901/", loopback6)).toBeNull();
    expect(await refusal("http://127.0.0.1:3902/", loopback)).toMatchObject({ kind: "refused" });
  });

  test("for loopback opens localhost too where it is written as a range", async () => {
    expect(
      await refusal("http://localhost:3901/", { exceptions: [{ cidr: "127.0.0.0/8", port: 3901 }] }),
    ).toBeNull();
    expect(
      await refusal("http://localhost:3901/", { exceptions: [{ host: "localhost", port: 3901 }] }),
    ).toBeNull();
  });

  test("opens link-local only where it is written as a link-local address", () => {
    const everything = { exceptions: [{ cidr: "0.0.0.0/0", port: 80 }] };
    const byName = { exceptions: [{ host: "metadata.example", port: 80 }] };
    const written = { exceptions: [{ cidr: "169.254.7.0/24", port: 80 }] };
    const literal = { exceptions: [{ host: "169.254.7.1", port: 80 }] };

    expect(isOpen(everything, "http://mcp.example/", "10.0.0.1")).toBe(true);
    expect(isOpen(everything, "http://mcp.example/", "169.254.169.254")).toBe(false);
    expect(isOpen(byName, "http://metadata.example/", "169.254.169.254")).toBe(false);
    expect(isOpen(written, "http://mcp.example/", "169.254.7.1")).toBe(true);
    expect(isOpen(written, "http://mcp.example/", "169.254.169.254")).toBe(false);
    expect(isOpen(literal, "http://169.254.7.1/", "169.254.7.1")).toBe(true);
  });

  test("opens no port of another protocol", async () => {
    const mail = { exceptions: [{ host: "10.0.0.1", port: 25 }] };

    expect(await refusal("http://10.0.0.1:25/", mail)).toMatchObject({ kind: "refused", setting: null });
  });
});

describe("our own addresses", () => {
  const own = { ownAddresses: () => ["8.8.8.8", "2606:4700:0:0:0:0:0:1"] };

  test("are refused though they are public", async () => {
    expect(await refusal("https://8.8.8.8/", own)).toMatchObject({ kind: "refused" });
    expect(await refusal("https://[2606:4700::1]/", own)).toMatchObject({ kind: "refused" });
    expect(await refusal("https://8.8.4.4/", own)).toBeNull();
  });

  test("are open where the operator says so", async () => {
    expect(
      await refusal("https://8.8.8.8/", { ...own, exceptions: [{ host: "8.8.8.8", port: 443 }] }),
    ).toBeNull();
  });

  test("include the host and port of our own URL, whatever it resolves to", () => {
    const ownUrl = new URL("https://switchyard.example");

    expect(isOpen({ ownUrl }, "https://switchyard.example/", "8.8.8.8")).toBe(false);
    expect(isOpen({ ownUrl }, "https://switchyard.example./", "8.8.8.8")).toBe(false);
    expect(isOpen({ ownUrl }, "https://switchyard.example:8443/", "8.8.8.8")).toBe(true);
    expect(isOpen({ ownUrl }, "https://other.example/", "8.8.8.8")).toBe(true);
  });

  test("include our own URL on loopback only where loopback is not allowed", async () => {
    const ownUrl = new URL("http://127.0.0.1:3000");

    expect(await refusal("http://127.0.0.1:3000/", { ownUrl, allowLoopback: true })).toBeNull();
    expect(await refusal("http://127.0.0.1:3000/", { ownUrl })).toMatchObject({ kind: "refused" });
  });
});
