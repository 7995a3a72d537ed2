import { type LegacyMcpServer, startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";

/*
 * An authorization server that does as a test tells it, and an MCP server that takes its tokens. For everything that an
 * honest one does there is a real one (authorization-server.ts).
 */

/** What was asked of an endpoint. */
export type Asked = { path: string; form: URLSearchParams; authorization: string | null };
type Answer = (asked: Asked) => Response | Promise<Response>;

export type FakeAuthorizationServer = {
  issuer: string;
  /** Changes to its metadata; `undefined` takes a member away. */
  metadata: Record<string, unknown>;
  /** What an endpoint answers instead, by its path: `/register`, `/token` or `/revoke`. */
  answers: Record<string, Answer>;
  /** What the endpoints were asked, oldest first. */
  asked: Asked[];
  /** Access tokens that are good, and what for. */
  tokens: Map<string, string[]>;
  /** What a token is granted; null for what was asked for. */
  grants: string | null;
  /** Seconds that an access token lives; null leaves it unsaid. */
  expiresIn: number | null;
  /** Lets the person in at once. @returns where the browser is sent */
  login(authorizeUrl: string): Promise<URL>;
  stop(): Promise<void>;
};

export function startFakeAuthorizationServer(): FakeAuthorizationServer {
  const http = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => fetchFrom(fake, request) });
  const issuer = `http://127.0.0.1:${http.port}`;
  const fake: FakeAuthorizationServer = {
    issuer,
    metadata: {},
    answers: {},
    asked: [],
    tokens: new Map(),
    grants: null,
    expiresIn: 3_600,
    async login(authorizeUrl) {
      const { searchParams } = new URL(authorizeUrl);
      const callback = new URL(searchParams.get("redirect_uri") ?? "");
      callback.searchParams.set("code", `code ${searchParams.get("scope") ?? ""}`);
      callback.searchParams.set("state", searchParams.get("state") ?? "");
      callback.searchParams.set("iss", issuer);
      return callback;
    },
    stop: () => http.stop(true),
  };
  return fake;
}

async function fetchFrom(fake: FakeAuthorizationServer, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/.well-known/oauth-authorization-server") return Response.json(metadataOf(fake));
  const honest = HONEST[pathname];
  if (!honest) return new Response("Not here.", { status: 404 });
  const form = new URLSearchParams(await request.text());
  const asked = { path: pathname, form, authorization: request.headers.get("authorization") };
  fake.asked.push(asked);
  return (fake.answers[pathname] ?? honest(fake))(asked);
}

const metadataOf = ({ issuer, metadata }: FakeAuthorizationServer) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  revocation_endpoint: `${issuer}/revoke`,
  response_types_supported: ["code"],
  code_challenge_methods_supported: ["S256"],
  authorization_response_iss_parameter_supported: true,
  ...metadata,
});

const HONEST: Record<string, (fake: FakeAuthorizationServer) => Answer> = {
  "/register": () => () =>
    Response.json({ client_id: `client-${crypto.randomUUID()}`, client_secret: "client-canary" }),
  "/token":
    (fake) =>
    ({ form }) =>
      Response.json(issueTokens(fake, form)),
  "/revoke": () => () => new Response(null, { status: 200 }),
};

/** A token answer, with tokens that are new each time. */
export function issueTokens(fake: FakeAuthorizationServer, form: URLSearchParams): Record<string, unknown> {
  const [, asked = ""] = /^code (.*)$/.exec(form.get("code") ?? "") ?? [];
  const scope = fake.grants ?? asked;
  const accessToken = `access-canary-${crypto.randomUUID()}`;
  fake.tokens.set(accessToken, scope.split(" "));
  return {
    access_token: accessToken,
    refresh_token: `refresh-canary-${crypto.randomUUID()}`,
    token_type: "Bearer",
    ...(fake.expiresIn === null ? {} : { expires_in: fake.expiresIn }),
    ...(scope === "" ? {} : { scope }),
  };
}

export type FakeProtected = LegacyMcpServer & {
  /** What its metadata lists. */
  authorizationServers: string[];
  /** A challenge to answer with instead of looking at the token, such as `403 Bearer error="insufficient_scope"`. */
  refusal: string | null;
};

/** A server of 2025-11-25 with sessions that takes the tokens of all of these, and names the first. */
export function startFakeProtected(
  fake: FakeAuthorizationServer,
  ...others: FakeAuthorizationServer[]
): FakeProtected {
  const isGood = (request: Request): boolean => {
    const token = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
    return [fake, ...others].some(({ tokens }) => tokens.has(token));
  };
  const server = startLegacyMcpServer({
    guard(request) {
      const { origin, pathname } = new URL(request.url);
      const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`;
      if (pathname !== "/mcp" && `${origin}${pathname}` !== metadataUrl)
        return new Response(null, { status: 404 });
      if (pathname !== "/mcp")
        return Response.json({
          resource: `${origin}/mcp`,
          authorization_servers: protectedServer.authorizationServers,
          scopes_supported: ["mcp:use"],
        });
      const [, status, challenge] = /^(\d+) (.*)$/.exec(protectedServer.refusal ?? "") ?? [];
      if (challenge) return refuse(Number(status), challenge);
      return isGood(request) ? null : refuse(401, `Bearer resource_metadata="${metadataUrl}"`);
    },
  });
  const protectedServer = Object.assign(server, { authorizationServers: [fake.issuer], refusal: null });
  return protectedServer;
}

const refuse = (status: number, challenge: string): Response =>
  new Response(null, { status, headers: { "www-authenticate": challenge } });
