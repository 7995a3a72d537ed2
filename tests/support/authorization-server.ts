import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Configuration, errors, Provider } from "oidc-provider";
import { passThroughPages, type Visit } from "#tests/support/authorization-pages.ts";

export type AuthorizationServerOptions = {
  accessTokenSeconds?: number;
  refreshTokenSeconds?: number;
  /** What a protected MCP server's scopes are called, space-separated. */
  resourceScopes?: string;
  /** Turns dynamic client registration off. */
  registration?: boolean;
  /** Fetches Client ID Metadata Documents, whose https addresses exist nowhere; without it the server takes none. */
  clientMetadata?: (clientId: string) => Promise<Response>;
  /** Clients registered beforehand, as RFC 7591 spells their metadata. */
  clients?: Configuration["clients"];
};

/** What a token is good for, as the authorization server itself knows it. */
export type KnownToken = { accountId: string; clientId: string; resource: string | null; scopes: string[] };

/** A real authorization server: PKCE, RFC 7591, 7009, 8707 and 9207, rotation that revokes the family on reuse. */
export type AuthorizationServer = {
  issuer: string;
  /** Every request it got, oldest first, as `POST /token`. */
  requests: string[];
  /** Requests are answered with this status and nothing else, while it is set. */
  outage: { status: number | null };
  /** Token requests wait for this, while it is set. Then they are answered in turn, but for those who are gone by then. */
  held: {
    until: Promise<unknown> | null;
    /** How many have gone while they waited. */
    gone: number;
  };
  /** Plays the person on its login and consent pages; gives the callback URL that the browser is sent to. */
  login(authorizeUrl: string, visit?: Visit): Promise<URL>;
  /** Null for what is unknown, expired or revoked. */
  verify(accessToken: string): Promise<KnownToken | null>;
  /** Ends what it has issued so far: the access tokens alone, or whole grants. */
  end(what: "access tokens" | "grants"): Promise<void>;
  stop(): Promise<void>;
};

/** Listens on a free loopback port. Any URI may be a resource; `urn:nowhere` is the one it does not know. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const requests: string[] = [];
  const outage: AuthorizationServer["outage"] = { status: null };
  const held: AuthorizationServer["held"] = { until: null, gone: 0 };
  let answer: RequestListener = () => {};
  let turn: Promise<unknown> = Promise.resolve();
  const answerInTurn = (...[request, response]: Parameters<RequestListener>) => {
    let isGone = false;
    const onGone = () => {
      if (!isGone) held.gone += 1;
      isGone = true;
    };
    response.once("close", onGone);
    turn = turn.then(async () => {
      await held.until;
      if (isGone || request.destroyed) return;
      response.off("close", onGone);
      const answered = new Promise((closed) => response.once("close", closed));
      answer(request, response);
      await answered;
    });
  };
  const http = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    if (outage.status !== null) response.writeHead(outage.status).end();
    else if (request.url === "/token") answerInTurn(request, response);
    else answer(request, response);
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration(options));
  answer = provider.callback();
  const issued: Record<"access tokens" | "refresh tokens", { destroy(): Promise<void> }[]> = {
    "access tokens": [],
    "refresh tokens": [],
  };
  provider.on("access_token.saved", (token) => issued["access tokens"].push(token));
  provider.on("refresh_token.saved", (token) => issued["refresh tokens"].push(token));

  return {
    issuer,
    requests,
    outage,
    held,
    login: passThroughPages,
    async verify(accessToken) {
      const token = await provider.AccessToken.find(accessToken);
      if (!token) return null;
      const resource = typeof token.aud === "string" ? token.aud : null;
      return {
        accountId: token.accountId,
        clientId: token.clientId ?? "",
        resource,
        scopes: [...token.scopes],
      };
    },
    async end(what) {
      const ended = what === "grants" ? Object.values(issued).flat() : issued[what];
      await Promise.all(ended.map((token) => token.destroy()));
    },
    stop: () =>
      new Promise((stopped) => {
        http.close(() => stopped());
        http.closeAllConnections();
      }),
  };
}

function configuration(options: AuthorizationServerOptions): Configuration {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = 24 * 60 * 60;
  return {
    clients: options.clients ?? [],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    clockTolerance: 0,
    cookies: { keys: ["cookies of tests"] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256" }] },
    scopes: ["openid", "offline_access"],
    features: {
      registration: { enabled: options.registration ?? true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      clientIdMetadataDocument: { enabled: options.clientMetadata !== undefined, ack: "draft-02" },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo(_ctx, resource) {
          if (resource === "urn:nowhere") throw new errors.InvalidTarget();
          return {
            scope: options.resourceScopes ?? "mcp:use mcp:admin",
            audience: resource,
            accessTokenFormat: "opaque",
            accessTokenTTL: options.accessTokenSeconds ?? 3_600,
          };
        },
      },
    },
    ...(options.clientMetadata ? { fetch: (url) => options.clientMetadata!(String(url)) } : {}),
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: options.accessTokenSeconds ?? 3_600,
      AuthorizationCode: 60,
      Grant: day,
      IdToken: 3_600,
      Interaction: 600,
      RefreshToken: options.refreshTokenSeconds ?? day,
      Session: day,
    },
  };
}
