import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { AuthorizationServer, KnownToken } from "#tests/support/authorization-server.ts";

const PATH = "/mcp";
const METADATA_PATH = `/.well-known/oauth-protected-resource${PATH}`;
/** What every request needs, and what the tool `admin_report` needs besides. */
const USE = "mcp:use";
const ADMIN = "mcp:admin";

type Issuer = Pick<AuthorizationServer, "issuer" | "verify">;

export type ProtectedMcpServerOptions = {
  /** Whether the challenge names metadata and scopes; without, they are only to be found at the well-known place. */
  advertise?: boolean;
};

/**
 * A legacy-era MCP server that takes only tokens which `authorizationServer` issued for exactly this server. Its tools are
 * `whoami`, and `admin_report`, which needs the scope `mcp:admin` and answers 403 without.
 */
export type ProtectedMcpServer = {
  url: string;
  metadataUrl: string;
  /** JSON-RPC methods that passed, in the order they came. */
  seen: string[];
  stop(): Promise<void>;
};

export function startProtectedMcpServer(
  authorizationServer: Issuer,
  options: ProtectedMcpServerOptions = {},
): ProtectedMcpServer {
  const seen: string[] = [];
  const http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { origin, pathname } = new URL(request.url);
      if (pathname === METADATA_PATH)
        return Response.json({
          resource: `${origin}${PATH}`,
          authorization_servers: [authorizationServer.issuer],
          scopes_supported: [USE],
        });
      if (pathname !== PATH) return new Response(null, { status: 404 });

      const challenge = (scope: string) =>
        (options.advertise ?? true)
          ? `resource_metadata="${origin}${METADATA_PATH}", scope="${scope}"`
          : 'realm="mcp"';
      const token = await bearerToken(request, authorizationServer, `${origin}${PATH}`);
      if (!token) return refuse(401, `Bearer error="invalid_token", ${challenge(USE)}`);
      const body: unknown = request.method === "POST" ? await request.json() : undefined;
      const missing = scopesFor(body).find((scope) => !token.scopes.includes(scope));
      if (missing) return refuse(403, `Bearer error="insufficient_scope", ${challenge(missing)}`);
      seen.push(methodOf(body));
      return answer(request, body, token);
    },
  });
  const origin = `http://127.0.0.1:${http.port}`;
  return {
    url: `${origin}${PATH}`,
    metadataUrl: `${origin}${METADATA_PATH}`,
    seen,
    stop: () => http.stop(true),
  };
}

async function bearerToken(
  request: Request,
  authorizationServer: Issuer,
  resource: string,
): Promise<KnownToken | null> {
  const [, value] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const token = value ? await authorizationServer.verify(value) : null;
  return token?.resource === resource ? token : null;
}

function refuse(status: 401 | 403, challenge: string): Response {
  return new Response(null, { status, headers: { "www-authenticate": challenge } });
}

function scopesFor(body: unknown): string[] {
  const { success, data } = CallToolRequestSchema.safeParse(body);
  return success && data.params.name === "admin_report" ? [USE, ADMIN] : [USE];
}

const methodOf = (body: unknown): string =>
  typeof body === "object" && body !== null && "method" in body ? String(body.method) : "";

/** Stateless: each request has a server of its own. */
async function answer(request: Request, parsedBody: unknown, token: KnownToken): Promise<Response> {
  const server = new Server({ name: "protected", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: ["whoami", "admin_report"].map((name) => ({ name, inputSchema: { type: "object" as const } })),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const text = params.name === "whoami" ? token.accountId : "All is well.";
    return { content: [{ type: "text", text }] };
  });
  const transport = new WebStandardStreamableHTTPServerTransport();
  await server.connect(transport);
  return transport.handleRequest(request, { parsedBody });
}
