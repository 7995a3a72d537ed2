import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AuthorizationServer as Metadata } from "#src/oauth/authorization-server.ts";
import { startAuthorization } from "#src/oauth/authorization.ts";
import { readCallback } from "#src/oauth/callback.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import { clientMetadataDocument } from "#src/oauth/client-metadata.ts";
import { type Discovery, discover } from "#src/oauth/discovery.ts";
import { CallbackError, RegistrationError, TokenError } from "#src/oauth/errors.ts";
import { exchangeCode, type Tokens } from "#src/oauth/exchange.ts";
import { refreshTokens } from "#src/oauth/refresh.ts";
import { registerClient } from "#src/oauth/registration.ts";
import { revokeToken } from "#src/oauth/revocation.ts";
import { union } from "#src/oauth/scopes.ts";
import { failure, fetch } from "#tests/oauth/support.ts";
import { type AuthorizationServer, startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { type ProtectedMcpServer, startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const redirectUri = "http://127.0.0.1:3000/api/v2/oauth/callback/1";
const description = { clientName: "Switchyard", clientUri: null, redirectUri };
const clientId = "https://app.example/oauth/client-metadata/1.json";

let issuer: AuthorizationServer;
let server: ProtectedMcpServer;

beforeAll(async () => {
  issuer = await startAuthorizationServer({
    clientMetadata: async (url) =>
      url === clientId
        ? Response.json(clientMetadataDocument(clientId, description))
        : new Response(null, { status: 404 }),
  });
  server = startProtectedMcpServer(issuer);
});

afterAll(async () => {
  await server.stop();
  await issuer.stop();
});

/** An MCP request, as far as authorization sees it. */
const call = (tool: string, token: string | null) =>
  globalThis.fetch(server.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool } }),
  });

async function find(challenges: string | null, canPublishMetadata = false): Promise<Discovery> {
  const allowances = { allowMissingPkceMetadata: false };
  const found = await discover(fetch, server.url, {
    challenges,
    issuer: null,
    allowances,
    canPublishMetadata,
  });
  if (!found) throw new Error("The server does not want OAuth.");
  return found;
}

const begin = (metadata: Metadata, client: Client, scopes: string[], resource = server.url) =>
  startAuthorization({
    authorizationEndpoint: metadata.authorizationEndpoint,
    clientId: client.clientId,
    redirectUri,
    scopes,
    resource,
    authorizationParameters: {},
  });

/** From the authorization URL to tokens, with a person in between. */
async function connect(
  metadata: Metadata,
  client: Client,
  scopes: string[],
  resource = server.url,
): Promise<Tokens> {
  const { url, state, codeVerifier } = begin(metadata, client, scopes, resource);
  const callback = await issuer.login(url);
  expect(callback.searchParams.get("state")).toBe(state);
  const answer = readCallback(callback.searchParams, metadata);
  if (!("code" in answer)) throw new Error(`The authorization ended with ${answer.error}.`);

  const { tokenEndpoint } = metadata;
  const request = { tokenEndpoint, client, resource, tokenParameters: {}, redirectUri, scopes };
  return exchangeCode(fetch, { ...request, code: answer.code, codeVerifier });
}

/** A member's own connection, made anew for each test. */
async function connected() {
  const discovery = await find((await call("whoami", null)).headers.get("www-authenticate"));
  const metadata = discovery.authorizationServer;
  const client = await registerClient(fetch, metadata, description);
  const tokens = await connect(metadata, client, discovery.scopes);
  if (!tokens.refreshToken) throw new Error("There is no refresh token.");
  const refresh = {
    tokenEndpoint: metadata.tokenEndpoint,
    client,
    resource: discovery.resource,
    tokenParameters: {},
  };
  return {
    metadata,
    client,
    tokens,
    refresh: { ...refresh, refreshToken: tokens.refreshToken, scopes: tokens.scopes },
  };
}

describe("discovery of a real server", () => {
  for (const advertised of [true, false]) {
    test(`finds everything ${advertised ? "by its challenge" : "at the well-known place"}`, async () => {
      const found = await find(
        advertised ? (await call("whoami", null)).headers.get("www-authenticate") : null,
        true,
      );

      expect(found).toMatchObject({
        issuer: issuer.issuer,
        resource: server.url,
        scopes: ["mcp:use", "offline_access"],
        registration: "client_id_metadata",
        protectedResource: { metadataUrl: server.metadataUrl },
        authorizationServer: { authorizationResponseIssParameterSupported: true },
        warnings: [],
      });
    });
  }
});

describe("a connection", () => {
  test("by dynamic registration gives a token for this server alone", async () => {
    const { tokens, client } = await connected();

    expect((await call("whoami", tokens.accessToken.reveal())).status).toBe(200);
    expect(await issuer.verify(tokens.accessToken.reveal())).toEqual({
      accountId: "ada",
      clientId: client.clientId,
      resource: server.url,
      scopes: ["mcp:use"],
    });
    expect(tokens.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  });

  test("by metadata document needs no registration", async () => {
    const { authorizationServer: metadata, scopes } = await find(null, true);
    const before = issuer.requests.filter((request) => request === "POST /reg").length;

    const tokens = await connect(
      metadata,
      { clientId, clientSecret: null, tokenEndpointAuthMethod: "none" },
      scopes,
    );

    expect((await issuer.verify(tokens.accessToken.reveal()))?.clientId).toBe(clientId);
    expect(issuer.requests.filter((request) => request === "POST /reg")).toHaveLength(before);
  });

  for (const method of ["client_secret_basic", "client_secret_post", "none"]) {
    test(`works for a client that authenticates with ${method}`, async () => {
      const { authorizationServer: metadata } = await find(null);
      const client = await registerClient(
        fetch,
        { ...metadata, tokenEndpointAuthMethodsSupported: [method] },
        description,
      );

      const tokens = await connect(metadata, client, ["mcp:use"]);

      expect(client.tokenEndpointAuthMethod as string).toBe(method);
      expect((await call("whoami", tokens.accessToken.reveal())).status).toBe(200);
    });
  }

  test("that the person declines ends with the server's error", async () => {
    const { authorizationServer: metadata } = await find(null);
    const client = await registerClient(fetch, metadata, description);

    const callback = await issuer.login(begin(metadata, client, ["mcp:use"]).url, { decline: true });

    expect(readCallback(callback.searchParams, metadata)).toMatchObject({ error: "access_denied" });
  });

  test("is not made with an answer that lost its issuer on the way", async () => {
    const { authorizationServer: metadata } = await find(null);
    const client = await registerClient(fetch, metadata, description);
    const callback = await issuer.login(begin(metadata, client, ["mcp:use"]).url);

    callback.searchParams.delete("iss");

    expect(() => readCallback(callback.searchParams, metadata)).toThrow(CallbackError);
  });

  test("for a resource that the server does not know is refused before anybody logs in", async () => {
    const { authorizationServer: metadata } = await find(null);
    const client = await registerClient(fetch, metadata, description);

    const attempt = connect(metadata, client, ["mcp:use"], "urn:nowhere");

    await expect(attempt).rejects.toThrow("invalid_target");
  });

  test("is not registered with a redirect URI that the server refuses", async () => {
    const { authorizationServer: metadata } = await find(null);

    const error = await failure(
      RegistrationError,
      registerClient(fetch, metadata, { ...description, redirectUri: "http://localhost:3000/#fragment" }),
    );

    expect([error.kind as string, error.code]).toEqual(["refused", "invalid_redirect_uri"]);
  });
});

describe("a grant", () => {
  test("wants its code once, with the right verifier", async () => {
    const { metadata, client } = await connected();
    const { tokenEndpoint } = metadata;
    const first = begin(metadata, client, ["mcp:use"]);
    const other = begin(metadata, client, ["mcp:use"]);
    const code = (await issuer.login(first.url)).searchParams.get("code") ?? "";
    const exchange = {
      tokenEndpoint,
      client,
      resource: server.url,
      tokenParameters: {},
      redirectUri,
      scopes: [],
      code,
    };

    const wrong = await failure(
      TokenError,
      exchangeCode(fetch, { ...exchange, codeVerifier: other.codeVerifier }),
    );
    await exchangeCode(fetch, { ...exchange, codeVerifier: first.codeVerifier });
    const again = await failure(
      TokenError,
      exchangeCode(fetch, { ...exchange, codeVerifier: first.codeVerifier }),
    );

    expect([wrong.kind, again.kind]).toEqual(["invalid_grant", "invalid_grant"]);
  });

  test("is refreshed with a new refresh token, for the same server and scopes", async () => {
    const { refresh, tokens } = await connected();

    const fresh = await refreshTokens(fetch, refresh);

    expect(fresh.refreshToken.reveal()).not.toBe(refresh.refreshToken.reveal());
    expect(fresh.scopes.sort()).toEqual([...tokens.scopes].sort());
    expect((await issuer.verify(fresh.accessToken.reveal()))?.resource).toBe(server.url);
  });

  test("is over when a refresh token is used twice", async () => {
    const { refresh } = await connected();
    const fresh = await refreshTokens(fetch, refresh);

    const error = await failure(TokenError, refreshTokens(fetch, refresh));

    expect(error.kind).toBe("invalid_grant");
    expect((await call("whoami", fresh.accessToken.reveal())).status).toBe(401);
  });

  test("outlives an outage", async () => {
    const { refresh } = await connected();
    issuer.outage.status = 503;

    const error = await failure(TokenError, refreshTokens(fetch, refresh));

    issuer.outage.status = null;
    expect(error.kind).toBe("unavailable");
    expect((await refreshTokens(fetch, refresh)).expiresAt).not.toBeNull();
  });

  test("does not open to another client, nor to one that the server forgot", async () => {
    const { refresh, metadata } = await connected();
    const other = await registerClient(fetch, metadata, description);

    const foreign = await failure(TokenError, refreshTokens(fetch, { ...refresh, client: other }));
    const forgotten = await failure(
      TokenError,
      refreshTokens(fetch, { ...refresh, client: { ...other, clientId: "forgotten" } }),
    );

    expect([foreign.kind, forgotten.kind]).toEqual(["invalid_grant", "invalid_client"]);
  });

  test("is over for good once its refresh token is revoked", async () => {
    const { refresh, tokens, metadata, client } = await connected();
    const { revocationEndpoint } = metadata;
    const revocation = {
      revocationEndpoint,
      client,
      tokenType: "refresh_token" as const,
      token: refresh.refreshToken,
    };

    const outcome = await revokeToken(fetch, revocation);

    expect(outcome).toBe("confirmed");
    expect((await call("whoami", tokens.accessToken.reveal())).status).toBe(401);
    expect((await failure(TokenError, refreshTokens(fetch, refresh))).kind).toBe("invalid_grant");
    expect(await revokeToken(fetch, revocation)).toBe("confirmed");
  });

  test("grows by step-up to the union of what it had and what a tool asks for", async () => {
    const { tokens, metadata, client } = await connected();
    const refused = await call("admin_report", tokens.accessToken.reveal());
    const { scopes } = await find(refused.headers.get("www-authenticate"));

    const more = await connect(metadata, client, union(tokens.scopes, scopes));

    expect(refused.status).toBe(403);
    expect(more.scopes.sort()).toEqual(["mcp:admin", "mcp:use"]);
    expect(more.refreshToken).not.toBeNull();
    expect((await call("admin_report", more.accessToken.reveal())).status).toBe(200);
  });
});
