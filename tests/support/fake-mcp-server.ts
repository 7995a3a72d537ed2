import { createServer } from "node:net";

/*
 * Servers that no honest library would build: broken, hostile, endless. For everything else the tests use real ones
 * (peers.ts, legacy-mcp-server.ts, modern-mcp-server.ts).
 */

export type Message = { id?: string | number; method: string; params?: Record<string, unknown> };
export type Answer = (message: Message, request: Request) => Response | Promise<Response>;

export type FakeMcpServer = {
  url: string;
  /** JSON-RPC methods, and the names of HTTP methods without a message, in the order they came. */
  seen: string[];
  stop(): Promise<void>;
};

/**
 * A server of 2025-11-25 without sessions that offers everything and has nothing.
 *
 * @param answers - by JSON-RPC method, or by HTTP method for requests without a message; in place of the honest ones
 */
export function startFakeMcpServer(answers: Record<string, Answer> = {}): FakeMcpServer {
  const seen: string[] = [];
  const http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const message = await messageOf(request);
      seen.push(message.method);
      const answer = answers[message.method] ?? HONEST[message.method];
      return answer ? answer(message, request) : new Response(null, { status: 405 });
    },
  });
  return { url: `http://127.0.0.1:${http.port}/mcp`, seen, stop: () => http.stop(true) };
}

/** Answers every connection with the same bytes, HTTP or not, and leaves it open. */
export async function startRawServer(bytes: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    stop: async () => {
      server.close();
    },
  };
}

export const result = (message: Message, value: unknown): Response =>
  Response.json({ jsonrpc: "2.0", id: message.id, result: value });

export const error = (message: Message, code: number, text: string, status = 200): Response =>
  Response.json({ jsonrpc: "2.0", id: message.id ?? null, error: { code, message: text } }, { status });

export const hang = (): Promise<Response> => new Promise(() => {});

/** Sends what the generator yields, and ends with it. */
export function stream(chunks: AsyncGenerator<string>, type = "text/event-stream"): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await chunks.return(undefined)),
  });
  return new Response(body, { headers: { "content-type": type } });
}

/** The same text again and again, with a pause in between. */
export async function* drip(text: string, pauseMs: number): AsyncGenerator<string> {
  for (;;) {
    yield text;
    await Bun.sleep(pauseMs);
  }
}

const HONEST: Record<string, Answer> = {
  "server/discover": (message) => error(message, -32601, "Method not found"),
  initialize: (message) =>
    result(message, {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {}, prompts: {}, resources: {} },
      serverInfo: { name: "fake", version: "1.0.0" },
    }),
  "notifications/initialized": () => new Response(null, { status: 202 }),
  "notifications/cancelled": () => new Response(null, { status: 202 }),
};

async function messageOf(request: Request): Promise<Message> {
  if (request.method !== "POST") return { method: request.method };
  const parsed: unknown = await request.json();
  const isMessage = typeof parsed === "object" && parsed !== null && "method" in parsed;
  return isMessage ? (parsed as Message) : { method: "response" };
}
