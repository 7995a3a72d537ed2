import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { passThroughPages, type Visit } from "#tests/support/authorization-pages.ts";

/** What the provider says of a person, by the name they log in with there. */
export type Directory = Record<string, { email?: string; email_verified?: boolean; name?: string }>;

export type OpenIdProvider = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** May be changed while it runs. */
  people: Directory;
  /** Plays the person on its pages; gives the callback URL that the browser is sent to. */
  login(authorizeUrl: string, visit?: Visit): Promise<URL>;
  stop(): Promise<void>;
};

/**
 * A real provider of OpenID Connect on a free loopback port, which tells addresses and names by its userinfo alone. To a
 * browser it is another site than an app on 127.0.0.1, whose port may be any (RFC 8252 §7.3).
 */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const client = { clientId: "switchyard", clientSecret: "a secret: of 100%" };
  const people: Directory = {};
  let answer: RequestListener = () => {};
  const http = createServer((request, response) => answer(request, response));
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const issuer = `http://localhost:${(http.address() as AddressInfo).port}`;

  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: ["http://127.0.0.1/api/v2/session/oidc/callback"],
        application_type: "native",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["cookies of tests"] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...people[accountId] }),
    }),
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
  });
  answer = provider.callback();

  return {
    ...client,
    issuer,
    people,
    login: passThroughPages,
    stop: () =>
      new Promise((stopped) => {
        http.close(() => stopped());
        http.closeAllConnections();
      }),
  };
}
