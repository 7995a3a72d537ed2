import { createMcpHandler, inputRequired, Server } from "@modelcontextprotocol/server";

/** A server of 2026-07-28, made of the official SDK, in this process. Speaks nothing older. */
export type ModernMcpServer = {
  url: string;
  /** The requests as they came, with the parsed body of each. */
  seen: { headers: Headers; body: { method: string; params: Record<string, unknown> } }[];
  stop(): Promise<void>;
};

const TOOLS = [
  {
    name: "deploy",
    description: "Asks before it acts",
    inputSchema: { type: "object" as const, properties: { target: { type: "string" } } },
  },
  {
    name: "route",
    description: "Two arguments travel as headers too",
    inputSchema: {
      type: "object" as const,
      properties: {
        region: { type: "string", "x-mcp-header": "Region" },
        place: { type: "object", properties: { shelf: { type: "integer", "x-mcp-header": "Shelf" } } },
        note: { type: "string" },
      },
    },
  },
  {
    name: "crooked",
    description: "Its header has no valid name",
    inputSchema: {
      type: "object" as const,
      properties: { region: { type: "string", "x-mcp-header": "My Region" } },
    },
  },
];

export function startModernMcpServer(): ModernMcpServer {
  const seen: ModernMcpServer["seen"] = [];
  const handler = createMcpHandler(createServer, { legacy: "reject" });
  const http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      seen.push({ headers: request.headers, body: await request.clone().json() });
      return handler.fetch(request);
    },
  });
  return {
    url: `http://127.0.0.1:${http.port}/mcp`,
    seen,
    stop: async () => {
      await handler.close();
      await http.stop(true);
    },
  };
}

function createServer(): Server {
  const server = new Server({ name: "modern", version: "2.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: TOOLS,
    ttlMs: 60_000,
    cacheScope: "public" as const,
  }));
  server.setRequestHandler("tools/call", (request, { mcpReq }) => {
    if (request.params.name !== "deploy") return { content: [{ type: "text", text: "done" }] };
    const answer = mcpReq.inputResponses?.["confirm"];
    if (answer)
      return { content: [{ type: "text", text: JSON.stringify({ answer, state: mcpReq.requestState() }) }] };
    return inputRequired({
      inputRequests: {
        confirm: inputRequired.elicit({
          message: "Deploy to production?",
          requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
        }),
      },
      requestState: "step-1",
    });
  });
  return server;
}
