import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { callTool, getPrompt, readResource } from "#src/mcp/call.ts";
import { listPrompts, listResources, listTools } from "#src/mcp/catalog.ts";
import { connect, type Connection } from "#src/mcp/connect.ts";
import { McpError } from "#src/mcp/errors.ts";
import { loopbackFetch, targetOf } from "#tests/mcp/support.ts";
import { everything, modernProxy, type Peer } from "#tests/support/peers.ts";

const fetch = loopbackFetch();

const PEERS = [
  {
    name: "Streamable HTTP of 2025-11-25",
    start: everything.http,
    transport: "streamable_http",
    version: "2025-11-25",
  },
  { name: "HTTP+SSE", start: everything.sse, transport: "sse", version: "2025-11-25" },
  { name: "2026-07-28", start: modernProxy, transport: "streamable_http", version: "2026-07-28" },
] as const;

describe.each(PEERS)("a real server that speaks $name", ({ start, transport, version }) => {
  let peer: Peer;
  let connection: Connection;

  beforeAll(async () => {
    peer = await start();
    connection = await connect(fetch, targetOf(peer.url));
  });
  afterAll(async () => {
    await connection.close();
    await peer.stop();
  });

  test("is recognised for what it speaks, and says who it is", () => {
    expect(connection.transport).toBe(transport);
    expect(connection.protocolVersion).toBe(version);
    expect(connection.era).toBe(version === "2026-07-28" ? "modern" : "legacy");
    expect(connection.serverInfo).toEqual({
      name: "mcp-servers/everything",
      title: "Everything Reference Server",
      version: "2.0.0",
    });
    expect(connection.instructions).toContain("Everything");
  });

  test("gives its tools with every field", async () => {
    const { items, truncated } = await listTools(connection);

    const echo = items.find((tool) => tool["name"] === "echo");
    expect(truncated).toBe(false);
    expect(items.length).toBeGreaterThan(10);
    expect(echo).toMatchObject({
      title: "Echo Tool",
      description: "Echoes back the input string",
      inputSchema: { type: "object", properties: { message: { type: "string" } }, required: ["message"] },
    });
  });

  test("gives its prompts, resources and templates", async () => {
    const [prompts, resources] = await Promise.all([listPrompts(connection), listResources(connection)]);

    expect(prompts.items.map((prompt) => prompt["name"])).toContain("args-prompt");
    expect(resources.resources.length).toBeGreaterThan(0);
    expect(resources.resourceTemplates[0]?.["uriTemplate"]).toBeString();
    expect(resources.truncated).toBe(false);
  });

  test("answers a call with text, and another with structure", async () => {
    const [echo, weather] = await Promise.all([
      callTool(connection, { name: "echo", arguments: { message: "grüße" } }),
      callTool(connection, { name: "get-structured-content", arguments: { location: "New York" } }),
    ]);

    expect(echo).toEqual({ content: [{ type: "text", text: "Echo: grüße" }], isError: false });
    expect(weather).toMatchObject({ structuredContent: { conditions: expect.any(String) }, isError: false });
  });

  test("tells of a call that failed, in the result or as an error of its own", async () => {
    const failed = await callTool(connection, {
      name: "get-sum",
      arguments: { a: "not", b: "numbers" },
    }).catch((error: unknown) => error);

    const isResult =
      typeof failed === "object" && failed !== null && "isError" in failed && failed.isError === true;
    const isRpc = failed instanceof McpError && failed.kind === "rpc";
    expect(isResult || isRpc).toBe(true);
  });

  test("fills in a prompt", async () => {
    const prompt = await getPrompt(connection, { name: "args-prompt", arguments: { city: "Bremen" } });

    expect(prompt).toHaveProperty("messages");
    expect(JSON.stringify(prompt)).toContain("Bremen");
  });

  test("gives a resource, and an error for one that it does not have", async () => {
    const { resources } = await listResources(connection);
    const uri = String(resources[0]?.["uri"]);

    const read = await readResource(connection, { uri });
    const missing = await readResource(connection, { uri: "demo://nowhere" }).catch(
      (error: unknown) => error,
    );

    expect(read).toMatchObject({ contents: [{ uri }] });
    expect(missing).toMatchObject({ name: "McpError", kind: "rpc" });
  });
});
