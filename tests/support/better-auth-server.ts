import { oauthProvider, oauthProviderAuthServerMetadata } from "@better-auth/oauth-provider";
import { betterAuth, type BetterAuthPlugin } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { jwt } from "better-auth/plugins";
import type { KnownToken } from "#tests/support/authorization-server.ts";
import type { Visit } from "#tests/support/authorization-pages.ts";

const PATH = "/auth";
const PASSWORD = "correct horse battery staple";

/** An authorization server whose issuer has a path, and whose access tokens are JWTs. */
export type BetterAuthServer = {
  issuer: string;
  /** Every request it got, oldest first, as `POST /auth/oauth2/token`. */
  requests: string[];
  /** From now on it issues tokens for this server. */
  protect(resource: string): void;
  login(authorizeUrl: string, visit?: Visit): Promise<URL>;
  verify(accessToken: string): Promise<KnownToken | null>;
  stop(): Promise<void>;
};

export function startBetterAuthServer(): BetterAuthServer {
  const requests: string[] = [];
  let auth: ReturnType<typeof createAuth> | undefined;
  const http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      if (!auth) return new Response(null, { status: 503 });
      if (pathname === `/.well-known/oauth-authorization-server${PATH}`)
        return oauthProviderAuthServerMetadata(auth as unknown as WithMetadata)(request);
      return auth.handler(request);
    },
  });
  const origin = `http://127.0.0.1:${http.port}`;
  return {
    issuer: `${origin}${PATH}`,
    requests,
    protect: (resource) => {
      auth = createAuth(origin, resource);
    },
    login: (authorizeUrl, visit = {}) => login(origin, authorizeUrl, visit),
    verify: (accessToken) => verify(`${origin}${PATH}/jwks`, accessToken),
    stop: () => http.stop(true),
  };
}

const createAuth = (origin: string, resource: string) =>
  betterAuth({
    baseURL: origin,
    basePath: PATH,
    secret: crypto.randomUUID() + crypto.randomUUID(),
    database: memoryAdapter(emptyTables()),
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [jwt({ disableSettingJwtHeader: true }), provider(resource)],
  });

// Its types do not hold under `exactOptionalPropertyTypes`.
const provider = (resource: string) =>
  oauthProvider({
    loginPage: "/login",
    consentPage: "/consent",
    scopes: ["mcp:use", "mcp:admin", "offline_access"],
    resources: [resource],
    enforcePerClientResources: false,
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    silenceWarnings: { oauthAuthServerConfig: true },
  }) as unknown as BetterAuthPlugin;
type WithMetadata = Parameters<typeof oauthProviderAuthServerMetadata>[0];

const tables =
  "user session account verification jwks oauthClient oauthRefreshToken oauthAccessToken oauthConsent oauthResource oauthClientResource oauthClientAssertion";

const emptyTables = (): Record<string, []> =>
  Object.fromEntries(tables.split(" ").map((table) => [table, []]));

/** As any resource server would: by the issuer's public keys, the signature and the time. */
async function verify(jwksUrl: string, accessToken: string): Promise<KnownToken | null> {
  const [header = "", body = "", signature = ""] = accessToken.split(".");
  if (signature === "") return null;
  const { keys } = (await (await fetch(jwksUrl)).json()) as { keys: (JsonWebKey & { kid: string })[] };
  const { kid } = decode(header);
  const jwk = keys.find((key) => key.kid === kid);
  if (!jwk) return null;
  const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
  const signed = new TextEncoder().encode(`${header}.${body}`);
  const isGood = await crypto.subtle.verify("Ed25519", key, Buffer.from(signature, "base64url"), signed);
  const claims = decode(body);
  if (!isGood || Number(claims["exp"]) * 1_000 < Date.now()) return null;
  return {
    accountId: String(claims["sub"]),
    clientId: String(claims["azp"] ?? claims["client_id"]),
    resource: [claims["aud"]].flat().map(String)[0] ?? null,
    scopes: String(claims["scope"]).split(" "),
  };
}

const decode = (part: string) =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;

/** Does what its login and consent pages would do: they are left to whoever installs it. */
async function login(origin: string, authorizeUrl: string, visit: Visit): Promise<URL> {
  const cookies = new Map<string, string>();
  const send = async (
    path: string,
    body: object,
  ): Promise<{ response: Response; json: { url?: string } }> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "content-type": "application/json", origin, cookie };
    const response = await fetch(`${origin}${PATH}${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    for (const set of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (set.split(";")[0] ?? "").split(/=(.*)/s);
      cookies.set(name, value);
    }
    return { response, json: (await response.json()) as { url?: string } };
  };

  const begun = await fetch(authorizeUrl, { redirect: "manual" });
  const page = new URL(begun.headers.get("location") ?? "", origin);
  if (page.pathname !== "/login") return page;
  const query = page.search.slice(1);
  const account = { email: `${visit.as ?? "ada"}@example.com`, password: PASSWORD, oauth_query: query };
  const signedUp = await send("/sign-up/email", { ...account, name: visit.as ?? "Ada" });
  const { json } = signedUp.response.ok ? signedUp : await send("/sign-in/email", account);
  const next = new URL(json.url ?? "", origin);
  if (next.pathname !== "/consent") return next;
  const consented = await send("/oauth2/consent", {
    accept: visit.decline !== true,
    oauth_query: next.search.slice(1),
  });
  return new URL(consented.json.url ?? "");
}
