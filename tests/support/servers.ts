import type { McpServer } from "#src/services/servers/index.ts";
import { type LegacyMcpServer, startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import type { Caller } from "#tests/support/people.ts";

/** Adds a server as its row would be without any look at it. The URL is reached by nobody before it is used. */
export async function addServer(
  by: Caller,
  fields: { url: string } & Record<string, unknown>,
): Promise<McpServer> {
  const { status, body } = await by.post<McpServer>("mcp-servers", { discover: false, ...fields });
  if (status !== 201) throw new Error(`The server was not added: ${JSON.stringify(body)}`);
  return body;
}

/** The same, set up by a real handshake and switched on. */
export async function addReadyServer(
  by: Caller,
  url: string,
  fields: Record<string, unknown> = {},
): Promise<McpServer> {
  const { id } = await addServer(by, { url, ...fields });
  const { status, body } = await by.post<McpServer>(`mcp-servers/${id}/enable`);
  if (status !== 200) throw new Error(`The server was not enabled: ${JSON.stringify(body)}`);
  return body;
}

/** Of a host that nobody answers for; each is another one. */
export const nowhere = (): string => `https://${crypto.randomUUID()}.invalid/mcp`;

/**
 * A server that answers only to who sends `secret` where it wants it.
 *
 * @param header - its name; `Authorization: Bearer <secret>` unless told
 */
export function startGuardedMcpServer(secret: string, header = "authorization"): LegacyMcpServer {
  const expected = header === "authorization" ? `Bearer ${secret}` : secret;
  return startLegacyMcpServer({
    guard: (request) =>
      request.headers.get(header) === expected
        ? null
        : new Response(null, { status: 401, headers: { "www-authenticate": 'Bearer realm="guarded"' } }),
  });
}
