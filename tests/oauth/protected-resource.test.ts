import { describe, expect, test } from "bun:test";
import { DiscoveryError } from "#src/oauth/errors.ts";
import {
  canonicalResource,
  findProtectedResource,
  isExactResource,
  isResourceOf,
  protectedResourceUrls,
} from "#src/oauth/protected-resource.ts";
import { type Fake, failure, fetch, startFake } from "#tests/oauth/support.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const reach = { fetch, signal: new AbortController().signal };
const find = ({ origin }: Fake, advertised: string | null = null, path = "/mcp") =>
  findProtectedResource(reach, new URL(`${origin}${path}`), advertised);

describe("well-known places (RFC 9728 §3.1)", () => {
  const cases: [serverUrl: string, places: string[]][] = [
    ["https://mcp.example/", [""]],
    ["https://mcp.example/mcp", ["/mcp", ""]],
    ["https://mcp.example/a/mcp/", ["/a/mcp/", "/a/mcp", ""]],
    ["https://mcp.example:8443/mcp?tenant=1", ["/mcp?tenant=1", ""]],
    ["https://mcp.example/?tenant=1", ["?tenant=1", ""]],
  ];
  for (const [serverUrl, places] of cases) {
    test(`of ${serverUrl}`, () => {
      const { origin } = new URL(serverUrl);

      expect(protectedResourceUrls(new URL(serverUrl))).toEqual(
        places.map((place) => `${origin}${WELL_KNOWN}${place}`),
      );
    });
  }
});

describe("a resource", () => {
  const cases: [serverUrl: string, resource: string, isMatch: boolean, isExact: boolean][] = [
    ["https://mcp.example/mcp", "https://mcp.example/mcp", true, true],
    ["https://mcp.example/mcp", "https://mcp.example/mcp/", true, true],
    ["https://mcp.example/mcp", "https://MCP.example:443/mcp", true, true],
    ["https://mcp.example/a/mcp", "https://mcp.example/a", true, false],
    ["https://mcp.example/mcp", "https://mcp.example", true, false],
    ["https://mcp.example/mcp?t=1", "https://mcp.example/mcp?t=1", true, true],
    ["https://mcp.example/mcp?t=1", "https://mcp.example/mcp", true, false],
    ["https://mcp.example/mcp", "https://mcp.example/mcp?t=1", false, false],
    ["https://mcp.example/mcp", "https://mcp.example/mc", false, false],
    ["https://mcp.example/mcp", "https://mcp.example/mcp/more", false, false],
    ["https://mcp.example/mcp", "https://mcp.example/other", false, false],
    ["https://mcp.example/mcp", "https://mcp.example/mcp/../other", false, false],
    ["https://mcp.example/mcp", "http://mcp.example/mcp", false, false],
    ["https://mcp.example/mcp", "https://mcp.example:8443/mcp", false, true],
    ["https://mcp.example/mcp", "https://evil.example/mcp", false, true],
    ["https://mcp.example/mcp", "https://mcp.example.evil.example/mcp", false, true],
    ["https://mcp.example/mcp", "https://mcp.example@evil.example/mcp", false, true],
    ["https://mcp.example/mcp", "https://user@mcp.example/mcp", false, true],
    ["https://mcp.example/mcp", "https://mcp.example/mcp#part", false, true],
    ["https://mcp.example/mcp", " https://mcp.example/mcp", false, true],
    ["https://mcp.example/mcp", "mcp.example/mcp", false, false],
    ["https://mcp.example/mcp", "urn:mcp", false, false],
  ];
  for (const [serverUrl, resource, isMatch, isExact] of cases) {
    test(`"${resource}" ${isMatch ? "stands" : "does not stand"} for ${serverUrl}`, () => {
      expect(isResourceOf(new URL(serverUrl), resource)).toBe(isMatch);
      if (isMatch) expect(isExactResource(new URL(serverUrl), resource)).toBe(isExact);
    });
  }

  test("of a server that publishes none is its URL, without fragment and the slash of an empty path", () => {
    expect(canonicalResource(new URL("https://MCP.example/"))).toBe("https://mcp.example");
    expect(canonicalResource(new URL("https://mcp.example/mcp/?t=1#x"))).toBe("https://mcp.example/mcp/?t=1");
  });
});

describe("finding protected resource metadata", () => {
  const document = (origin: string, changes: object = {}) => ({
    resource: `${origin}/mcp`,
    authorization_servers: ["https://as.example"],
    scopes_supported: ["a", "b"],
    ...changes,
  });

  test("takes the place that the challenge names, and asks nowhere else", async () => {
    using fake = startFake();
    fake.answers["/elsewhere"] = document(fake.origin);

    const found = await find(fake, `${fake.origin}/elsewhere`);

    expect(found).toEqual({
      metadataUrl: `${fake.origin}/elsewhere`,
      resource: `${fake.origin}/mcp`,
      authorizationServers: ["https://as.example"],
      scopesSupported: ["a", "b"],
    });
    expect(fake.requests).toEqual(["GET /elsewhere"]);
  });

  test("does not look further where the named place is empty", async () => {
    using fake = startFake();
    fake.answers[WELL_KNOWN] = document(fake.origin);

    const error = await failure(DiscoveryError, find(fake, `${fake.origin}/elsewhere`));

    expect(error.rule).toBe("metadata_present");
    expect(fake.requests).toEqual(["GET /elsewhere"]);
  });

  for (const advertised of [
    "http://mcp.example/prm",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "prm",
    "",
  ]) {
    test(`refuses a challenge that names "${advertised}"`, async () => {
      using fake = startFake();

      const error = await failure(DiscoveryError, find(fake, advertised));

      expect(["https", "metadata_shape"]).toContain(error.rule);
      expect(fake.requests).toEqual([]);
    });
  }

  test("refuses a challenge that names an address inside", async () => {
    using fake = startFake();

    const error = await failure(DiscoveryError, find(fake, "https://10.0.0.1/prm"));

    expect(error.rule).toBe("egress_policy");
  });

  test("prefers the place for the path, then takes the root", async () => {
    using fake = startFake();
    fake.answers[WELL_KNOWN] = document(fake.origin, { resource: fake.origin });

    const found = await find(fake);

    expect(found?.resource).toBe(fake.origin);
    expect(fake.requests).toEqual([`GET ${WELL_KNOWN}/mcp`, `GET ${WELL_KNOWN}`]);
  });

  for (const status of [400, 401, 403, 404, 405, 410, 451]) {
    test(`goes on after ${status}, which is how servers say that nothing is there`, async () => {
      using fake = startFake({ [`${WELL_KNOWN}/mcp`]: new Response("No.", { status }) });

      expect(await find(fake)).toBeNull();
      expect(fake.requests).toHaveLength(2);
    });
  }

  for (const status of [201, 204, 408, 425, 429, 500, 502, 503]) {
    test(`stops at ${status}, which says nothing about what is there`, async () => {
      using fake = startFake({ [`${WELL_KNOWN}/mcp`]: new Response(null, { status }) });

      const error = await failure(DiscoveryError, find(fake));

      expect([error.rule, error.stage]).toEqual(["metadata_status", "http"]);
      expect(fake.requests).toHaveLength(1);
    });
  }

  test("keeps the resource letter by letter", async () => {
    using fake = startFake();
    const resource = fake.origin.replace("http", "HTTP");
    fake.answers[`${WELL_KNOWN}/mcp`] = document(fake.origin, { resource });

    expect((await find(fake))?.resource).toBe(resource);
  });

  test("refuses metadata about another resource", async () => {
    using fake = startFake();
    fake.answers[`${WELL_KNOWN}/mcp`] = document(fake.origin, { resource: "https://evil.example/mcp" });

    const error = await failure(DiscoveryError, find(fake));

    expect(error.rule).toBe("resource_matches");
    expect(error.message).not.toContain("evil");
  });

  test("follows a redirect on the same host, and none to another", async () => {
    using other = startFake();
    using fake = startFake({ "/moved": Response.redirect(`${other.origin}/prm`) });
    fake.answers[`${WELL_KNOWN}/mcp`] = Response.redirect(`${fake.origin}/there`);
    fake.answers["/there"] = document(fake.origin);

    const error = await failure(DiscoveryError, find(fake, `${fake.origin}/moved`));

    expect(error.rule).toBe("reachable");
    expect(other.requests).toEqual([]);
    expect((await find(fake))?.resource).toBe(`${fake.origin}/mcp`);
  });

  test("takes the first 32 authorization servers and 200 scopes of many", async () => {
    using fake = startFake();
    const many = Array.from({ length: 5_000 }, (_, index) => `https://as${index}.example`);
    fake.answers[`${WELL_KNOWN}/mcp`] = document(fake.origin, {
      authorization_servers: many,
      scopes_supported: many,
    });

    const found = await find(fake);

    expect(found?.authorizationServers).toEqual(many.slice(0, 32));
    expect(found?.scopesSupported).toEqual(many.slice(0, 200));
  });

  for (const authorization_servers of [[], undefined, null]) {
    test(`refuses metadata with ${JSON.stringify(authorization_servers)} for authorization servers`, async () => {
      using fake = startFake();
      fake.answers[`${WELL_KNOWN}/mcp`] = document(fake.origin, { authorization_servers });

      expect((await failure(DiscoveryError, find(fake))).rule).toBe("authorization_servers_listed");
    });
  }
});
