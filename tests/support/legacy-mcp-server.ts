import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

/** A server of 2025-11-25 with sessions, made of the official SDK's maintenance line, in this process. */
export type LegacyMcpServer = {
  url: string;
  /** JSON-RPC methods, and `DELETE`, in the order they came. */
  seen: string[];
  sessions: ReadonlySet<string>;
  /** As after a restart: requests with the old session ids are answered 404. */
  forgetSessions(): void;
  /** Lists and calls that arrive from now on wait until the returned function is called. */
  hold(): () => void;
  stop(): Promise<void>;
};

type Options = {
  /** Returns the answer for requests that may not pass, such as a 401. */
  guard?: (request: Request) => Response | null;
};

export function startLegacyMcpServer({ guard }: Options = {}): LegacyMcpServer {
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const sessions = new Set<string>();
  const seen: string[] = [];
  let gate: Promise<void> | null = null;

  const connect = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        transports.set(id, transport);
        sessions.add(id);
      },
      onsessionclosed: (id) => {
        transports.delete(id);
        sessions.delete(id);
      },
    });
    await createServer(() => gate).connect(transport);
    return transport;
  };

  const http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      seen.push(await methodOf(request.clone()));
      const refusal = guard?.(request);
      if (refusal) return refusal;
      const id = request.headers.get("mcp-session-id");
      if (id === null) return (await connect()).handleRequest(request);
      return transports.get(id)?.handleRequest(request) ?? Response.json(SESSION_NOT_FOUND, { status: 404 });
    },
  });

  return {
    url: `http://127.0.0.1:${http.port}/mcp`,
    seen,
    sessions,
    forgetSessions: () => {
      transports.clear();
      sessions.clear();
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = null;
        resolve();
      };
    },
    stop: () => http.stop(true),
  };
}

const SESSION_NOT_FOUND = { jsonrpc: "2.0", id: null, error: { code: -32001, message: "Session not found" } };

async function methodOf(request: Request): Promise<string> {
  if (request.method !== "POST") return request.method;
  const message: unknown = await request.json();
  return typeof message === "object" && message !== null && "method" in message
    ? String(message.method)
    : "response";
}

function createServer(gate: () => Promise<void> | null): Server {
  const server = new Server(
    { name: "legacy", version: "1.0.0" },
    { capabilities: { tools: {} }, instructions: "Be brief." },
  );
  server.setRequestHandler(ListToolsRequestSchema, async () => {
    await gate();
    return { tools: [{ name: "count", description: "Counts letters", inputSchema: { type: "object" } }] };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    await gate();
    return { content: [{ type: "text", text: `called ${params.name}` }] };
  });
  return server;
}
