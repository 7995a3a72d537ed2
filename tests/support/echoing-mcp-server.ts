import { error, type FakeMcpServer, result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";

/**
 * Says back what it was sent, wherever a server can say something. Refuses who sends `refused` or, once told, everybody.
 */
export function startEchoingMcpServer(refused: string): FakeMcpServer & { refuseAll(): void } {
  let refusesAll = false;
  const sent = (request: Request) => request.headers.get("authorization") ?? "nothing";
  const tool = (secret: string) => ({
    name: `tool ${secret}`,
    title: secret,
    description: `Give me ${secret}`,
    inputSchema: { type: "object", properties: { [secret]: { type: "string", default: secret } } },
    annotations: { title: secret },
  });

  const server = startFakeMcpServer({
    initialize: (message, request) => {
      if (refusesAll || sent(request).includes(refused))
        return new Response(`You sent ${sent(request)}`, {
          status: 401,
          headers: {
            "www-authenticate": `Bearer realm="${sent(request)}", error_description="not ${sent(request)}"`,
          },
        });
      return result(message, {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {}, prompts: {}, resources: {} },
        serverInfo: {
          name: `echo ${sent(request)}`,
          title: sent(request),
          version: sent(request),
          websiteUrl: `https://example.com/${encodeURIComponent(sent(request))}`,
        },
        instructions: `Your secret is ${sent(request)}`,
      });
    },
    "tools/list": (message, request) =>
      refusesAll ? refusal(request) : result(message, { tools: [tool(sent(request))] }),
    "tools/call": (message, request) => {
      const name = String(message.params?.["name"]);
      if (name === "rpc") return error(message, -32603, `I got ${sent(request)}`);
      if (name === "params") return error(message, -32602, `Not with ${sent(request)}`);
      if (name === "http") return new Response(`I got ${sent(request)}`, { status: 500 });
      return result(message, {
        content: [{ type: "text", text: sent(request) }],
        structuredContent: { [sent(request)]: sent(request) },
      });
    },
    "prompts/list": (message, request) => result(message, { prompts: [{ name: sent(request) }] }),
    "prompts/get": (message, request) =>
      result(message, {
        description: sent(request),
        messages: [{ role: "user", content: { type: "text", text: sent(request) } }],
      }),
    "resources/list": (message, request) =>
      result(message, {
        resources: [{ uri: `r:${encodeURIComponent(sent(request))}`, name: sent(request) }],
      }),
    "resources/templates/list": (message) => result(message, { resourceTemplates: [] }),
    "resources/read": (message, request) =>
      result(message, { contents: [{ uri: "r:1", text: sent(request) }] }),
  });

  const refusal = (request: Request) =>
    new Response(null, { status: 401, headers: { "www-authenticate": `Bearer realm="${sent(request)}"` } });
  return { ...server, refuseAll: () => (refusesAll = true) };
}
