import { describe, expect, test } from "bun:test";
import { type Discovery, discover, type DiscoveryRequest } from "#src/oauth/discovery.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { type Fake, failure, fetch, metadata, startFake } from "#tests/oauth/support.ts";

const PRM = "/.well-known/oauth-protected-resource/mcp";
const OAUTH = "/.well-known/oauth-authorization-server";

const request: DiscoveryRequest = {
  challenges: "Bearer",
  issuer: null,
  allowances: { allowMissingPkceMetadata: false },
  canPublishMetadata: true,
};
const maybeFind = ({ origin }: Fake, changes: Partial<DiscoveryRequest> = {}) =>
  discover(fetch, `${origin}/mcp`, { ...request, ...changes });

async function find(fake: Fake, changes: Partial<DiscoveryRequest> = {}): Promise<Discovery> {
  const found = await maybeFind(fake, changes);
  if (!found) throw new Error("The server does not want OAuth.");
  return found;
}

/** A protected server that is its own authorization server. */
function startServer(
  changes: { resource?: Record<string, unknown>; issuer?: Record<string, unknown> } = {},
): Fake {
  const fake = startFake();
  const resource = `${fake.origin}/mcp`;
  fake.answers[PRM] = { resource, authorization_servers: [fake.origin], ...changes.resource };
  fake.answers[OAUTH] = metadata(fake.origin, changes.issuer);
  return fake;
}

const codes = ({ warnings }: Discovery): string[] => warnings.map(({ code }) => code);

describe("discovery", () => {
  test("gives resource, issuer, scopes and the way to register", async () => {
    using server = startServer({ resource: { scopes_supported: ["a", "b"] } });

    expect(await find(server)).toMatchObject({
      protectedResource: { metadataUrl: `${server.origin}${PRM}` },
      authorizationServer: { tokenEndpoint: `${server.origin}/token` },
      issuer: server.origin,
      resource: `${server.origin}/mcp`,
      scopes: ["a", "b"],
      registration: "dynamic",
    });
  });

  test("only reads", async () => {
    using server = startServer();

    await find(server);

    expect(server.requests).toEqual([`GET ${PRM}`, `GET ${OAUTH}`]);
  });

  test("warns of tokens that are good for more than this server", async () => {
    using server = startServer();
    server.answers[PRM] = { resource: server.origin, authorization_servers: [server.origin] };

    expect(codes(await find(server))).toContain("resource_is_broader");
  });
});

describe("a server that says nothing of OAuth", () => {
  test("does not want it", async () => {
    using server = startFake();

    expect(await maybeFind(server, { challenges: 'Bearer realm="key"' })).toBeNull();
    expect(server.requests).toEqual([
      `GET ${PRM}`,
      "GET /.well-known/oauth-protected-resource",
      `GET ${OAUTH}`,
      "GET /.well-known/openid-configuration",
    ]);
  });

  test("but is an authorization server itself, is one of 2025-03-26", async () => {
    using server = startServer();
    delete server.answers[PRM];

    const found = await find(server);

    expect(found).toMatchObject({
      protectedResource: null,
      issuer: server.origin,
      resource: `${server.origin}/mcp`,
    });
    expect(codes(found)).toEqual(["no_protected_resource_metadata", "dcr_deprecated"]);
  });

  test("may write its own origin with a slash", async () => {
    using server = startFake();
    server.answers[OAUTH] = metadata(server.origin, { issuer: `${server.origin}/` });

    expect((await find(server)).issuer).toBe(`${server.origin}/`);
  });

  test("but whose origin publishes somebody else's issuer, is refused", async () => {
    using server = startFake({ [OAUTH]: metadata("https://evil.example") });

    expect((await failure(DiscoveryError, find(server))).rule).toBe("issuer_identical");
  });

  test("is not taken for one of 2025-03-26 while its metadata is out of order", async () => {
    using server = startServer();
    server.answers[PRM] = new Response(null, { status: 500 });

    const error = await failure(DiscoveryError, find(server));

    expect([error.rule, error.stage]).toEqual(["metadata_status", "http"]);
    expect(server.requests).toEqual([`GET ${PRM}`]);
  });

  test("is not one where its metadata names an authorization server that publishes nothing", async () => {
    using server = startServer();
    delete server.answers[OAUTH];

    expect((await failure(DiscoveryError, find(server))).rule).toBe("metadata_present");
  });
});

describe("scopes", () => {
  const cases: [
    fact: string,
    challenge: string,
    published: string[],
    known: string[] | null,
    expected: string[],
  ][] = [
    ["of the challenge come before published ones", 'Bearer scope="c d"', ["a"], null, ["c", "d"]],
    ["are the published ones without a challenge", "Bearer", ["a", "b"], null, ["a", "b"]],
    ["are none where nobody names any", "Bearer", [], null, []],
    ["of the authorization server alone are not asked for", "Bearer", [], ["x", "y"], []],
    [
      "gain offline_access where it is listed",
      'Bearer scope="c"',
      [],
      ["c", "offline_access"],
      ["c", "offline_access"],
    ],
    ["lose offline_access where it is not listed", 'Bearer scope="c offline_access"', [], ["c"], ["c"]],
    ["are not offline_access alone", "Bearer", [], ["offline_access"], []],
  ];
  for (const [fact, challenges, scopes_supported, known, expected] of cases) {
    test(fact, async () => {
      using server = startServer({ resource: { scopes_supported }, issuer: { scopes_supported: known } });

      expect((await find(server, { challenges })).scopes).toEqual(expected);
    });
  }
});

describe("registration", () => {
  const none = { token_endpoint_auth_methods_supported: ["none"] };
  const keyOnly = { token_endpoint_auth_methods_supported: ["private_key_jwt"] };
  const cimd = { client_id_metadata_document_supported: true };
  const cases: [
    fact: string,
    issuer: Record<string, unknown>,
    canPublishMetadata: boolean,
    expected: string,
  ][] = [
    ["is by metadata document where both sides can", { ...cimd, ...none }, true, "client_id_metadata"],
    ["is by metadata document where no method is listed", cimd, true, "client_id_metadata"],
    ["is dynamic where our document cannot be fetched", { ...cimd, ...none }, false, "dynamic"],
    ["is dynamic where the server knows no documents", none, true, "dynamic"],
    [
      "is dynamic where public clients are not taken",
      { ...cimd, token_endpoint_auth_methods_supported: ["client_secret_basic"] },
      true,
      "dynamic",
    ],
    ["is by hand where there is no endpoint", { registration_endpoint: null }, true, "manual"],
    ["is by hand where every method needs a key of ours", { ...cimd, ...keyOnly }, true, "manual"],
  ];
  for (const [fact, issuer, canPublishMetadata, expected] of cases) {
    test(fact, async () => {
      using server = startServer({ issuer });

      const found = await find(server, { canPublishMetadata });

      expect(found.registration as string).toBe(expected);
      expect(codes(found).includes("dcr_deprecated")).toBe(expected === "dynamic");
    });
  }
});

describe("several authorization servers", () => {
  test("are tried in turn, whatever is wrong with the earlier ones", async () => {
    using good = startFake();
    good.answers[OAUTH] = metadata(good.origin);
    using liar = startFake({ [OAUTH]: metadata("https://evil.example") });
    using broken = startFake({ [OAUTH]: new Response(null, { status: 500 }) });
    const gone = "http://127.0.0.1:1";
    const listed = ["nonsense", "http://as.example", liar.origin, broken.origin, good.origin, gone];
    using server = startServer({ resource: { authorization_servers: listed } });

    const found = await find(server);

    expect(found.issuer).toBe(good.origin);
    expect(codes(found)).toContain("authorization_server_skipped");
  });

  test("are tried up to the fifth, and the first one's error is told", async () => {
    using good = startFake();
    good.answers[OAUTH] = metadata(good.origin);
    const listed = [...Array.from({ length: 5 }, () => "http://as.example"), good.origin];
    using server = startServer({ resource: { authorization_servers: listed } });

    expect((await failure(DiscoveryError, find(server))).rule).toBe("https");
    expect(good.requests).toEqual([]);
  });

  test("among a thousand cost five tries", async () => {
    using liar = startFake({ [OAUTH]: metadata("https://evil.example") });
    const listed = Array.from({ length: 1_000 }, () => liar.origin);
    using server = startServer({ resource: { authorization_servers: listed } });

    expect((await failure(DiscoveryError, find(server))).rule).toBe("issuer_identical");
    expect(liar.requests).toHaveLength(5);
  });

  test("leave the one that we hold credentials of, as long as it is listed, even while it is down", async () => {
    using first = startFake();
    first.answers[OAUTH] = metadata(first.origin);
    using ours = startFake();
    ours.answers[OAUTH] = metadata(ours.origin);
    using server = startServer({ resource: { authorization_servers: [first.origin, ours.origin] } });
    const found = await find(server, { issuer: ours.origin });
    ours.answers[OAUTH] = new Response(null, { status: 503 });

    const error = await failure(DiscoveryError, find(server, { issuer: ours.origin }));

    expect([found.issuer, error.rule]).toEqual([ours.origin, "metadata_status"]);
    expect(first.requests).toEqual([]);
  });

  test("show another issuer where ours is no longer listed", async () => {
    using server = startServer();

    expect((await find(server, { issuer: "https://former.example" })).issuer).toBe(server.origin);
  });

  test("may be listed with a slash that the issuer does not have", async () => {
    using server = startServer();
    server.answers[PRM] = { resource: `${server.origin}/mcp`, authorization_servers: [`${server.origin}/`] };

    const found = await find(server);

    expect(found.issuer).toBe(server.origin);
    expect(codes(found)).toContain("issuer_spelled_differently");
  });

  test("may not be listed with a query", async () => {
    using server = startServer();
    server.answers[PRM] = {
      resource: `${server.origin}/mcp`,
      authorization_servers: [`${server.origin}?a=b`],
    };

    expect((await failure(DiscoveryError, find(server))).rule).toBe("metadata_shape");
  });
});
