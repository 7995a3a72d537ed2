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

const PROMPTS = [{ name: "letter", arguments: [{ name: "to", required: true }, { name: "about" }] }];

const RESOURCES = [
  { uri: "letters://draft", name: "Draft" },
  { uri: "letters://sent", name: "Sent" },
];

/** Its tool `deploy`, its prompt and its resource `letters://draft` ask back once. */
function createServer(): Server {
  const capabilities = { tools: {}, prompts: {}, resources: {} };
  const server = new Server({ name: "modern", version: "2.0.0" }, { capabilities });
  const lifetime = { ttlMs: 60_000, cacheScope: "public" as const };
  server.setRequestHandler("tools/list", () => ({ tools: TOOLS, ...lifetime }));
  server.setRequestHandler("tools/call", (request, { mcpReq }) => {
    if (request.params.name !== "deploy") return { content: [{ type: "text", text: "done" }] };
    const text = answered(mcpReq, "confirm");
    if (text) return { content: [{ type: "text", text }] };
    return question("confirm", "Deploy to production?", { sure: { type: "boolean" } }, "step-1");
  });

  server.setRequestHandler("prompts/list", () => ({ prompts: PROMPTS, ...lifetime }));
  server.setRequestHandler("prompts/get", (_, { mcpReq }) => {
    const text = answered(mcpReq, "tone");
    if (text) return { messages: [{ role: "user", content: { type: "text", text } }] };
    return question("tone", "In which tone?", { tone: { type: "string", enum: ["dry", "warm"] } }, "tone-1");
  });

  server.setRequestHandler("resources/list", () => ({ resources: RESOURCES, ...lifetime }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [], ...lifetime }));
  server.setRequestHandler("resources/read", ({ params: { uri } }, { mcpReq }) => {
    const text = uri === "letters://draft" ? answered(mcpReq, "language") : "Dear all";
    if (text) return { contents: [{ uri, mimeType: "text/plain", text }], ...lifetime };
    return question("language", "In which language?", { language: { type: "string" } }, "language-1");
  });
  return server;
}

type Round = { inputResponses?: Record<string, unknown>; requestState(): unknown };

/** What came back for a question, as text that a test can read; null in the first round. */
function answered({ inputResponses, requestState }: Round, key: string): string | null {
  const answer = inputResponses?.[key];
  return answer ? JSON.stringify({ answer, state: requestState() }) : null;
}

const question = (
  key: string,
  message: string,
  properties: Record<string, { type: "boolean" } | { type: "string"; enum?: string[] }>,
  requestState: string,
) =>
  inputRequired({
    inputRequests: {
      [key]: inputRequired.elicit({ message, requestedSchema: { type: "object", properties } }),
    },
    requestState,
  });
