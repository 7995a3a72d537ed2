import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import type { TestResult } from "#src/services/server-tests.ts";
import { testApp } from "#tests/support/app.ts";
import { everything, modernProxy, type Peer } from "#tests/support/peers.ts";
import { makePeople } from "#tests/support/people.ts";

/*
 * The whole life of a server, with real ones from the registry, whatever they speak.
 */

const app = await testApp();

const peers = [
  {
    name: "Streamable HTTP",
    start: everything.http,
    transport: "streamable_http",
    protocolVersion: "2025-11-25",
  },
  { name: "HTTP+SSE", start: everything.sse, transport: "sse", protocolVersion: "2025-11-25" },
  { name: "2026-07-28", start: modernProxy, transport: "streamable_http", protocolVersion: "2026-07-28" },
] as const;

type Named = { name: string };

describe.each(peers)("a server that speaks $name", ({ start, transport, protocolVersion }) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start();
  });
  afterAll(() => peer.stop());

  test("is looked at without being stored", async () => {
    const { ada } = await makePeople(app);

    const { status, body } = await ada.post("mcp-servers/oauth-discovery", { url: peer.url });

    expect([status, body]).toMatchObject([
      200,
      {
        url: peer.url,
        authType: "direct_auth",
        requiresAuth: false,
        registration: null,
        protocolVersion,
        serverInfo: { name: "mcp-servers/everything" },
        warnings: transport === "sse" ? [{ code: "legacy_sse" }] : [],
      },
    ]);
    expect((await ada.get("mcp-servers")).body).toEqual([]);
  });

  test("is added, enabled, connected to, used, tested, disabled, enabled again and deleted", async () => {
    const { ada, bob, vic } = await makePeople(app);

    const added = (await bob.post<McpServer>("mcp-servers", { url: peer.url })).body;
    const path = `mcp-servers/${added.id}`;
    expect(added).toMatchObject({
      name: "Everything Reference Server",
      state: "REGISTER",
      enabled: false,
      transport,
      protocolVersion,
    });
    expect((await bob.get(`${path}/tools`)).code).toBe("server_not_ready");

    const enabled = (await bob.post<McpServer>(`${path}/enable`)).body;
    expect(enabled).toMatchObject({ state: "READY", enabled: true, connection: "not_connected", transport });
    expect((await bob.get(`${path}/tools`)).code).toBe("member_auth_required");

    await bob.post(`${path}/credentials`);
    const tools = (await bob.get<{ tools: Named[] }>(`${path}/tools`)).body.tools;
    const prompts = (await bob.get<{ prompts: Named[] }>(`${path}/prompts`)).body.prompts;
    const { resources, resourceTemplates } = (
      await bob.get<{ resources: { uri: string }[]; resourceTemplates: unknown[] }>(`${path}/resources`)
    ).body;
    expect(tools.map(({ name }) => name)).toContain("echo");
    expect(prompts.map(({ name }) => name)).toContain("args-prompt");
    expect([resources.length > 0, resourceTemplates.length > 0]).toEqual([true, true]);

    const call = await bob.post(`${path}/tools/echo/call`, { arguments: { message: "grüße 🚦" } });
    const prompt = await bob.post(`${path}/prompts/args-prompt/get`, { arguments: { city: "Bremen" } });
    const uri = encodeURIComponent(resources[0]?.uri ?? "");
    const resource = await bob.get(`${path}/resources/read?uri=${uri}`);
    expect(call.body).toEqual({ content: [{ type: "text", text: "Echo: grüße 🚦" }], isError: false });
    expect(JSON.stringify(prompt.body)).toContain("Bremen");
    expect(resource.body).toMatchObject({ contents: [{ uri: resources[0]?.uri }] });

    const tested = (await vic.post<TestResult>(`${path}/test`)).body;
    expect(tested).toMatchObject({ success: true, transport, protocolVersion, state: "READY" });
    expect(tested.stages.map(({ stage }) => stage)).toEqual(["dns", "connect", "http", "handshake"]);
    expect(tested.stages.every(({ ok }) => ok)).toBe(true);

    await bob.post(`${path}/disable`);
    expect((await bob.get(`${path}/tools`)).code).toBe("server_disabled");
    await bob.post(`${path}/enable`);
    expect((await bob.get(`${path}/tools`)).status).toBe(200);
    expect((await vic.get(`${path}/members`)).body).toMatchObject([{ name: "Bob", connection: "connected" }]);

    await bob.post(`${path}/disable?clear_registration=true`);
    expect((await bob.get<McpServer>(path)).body).toMatchObject({ state: "REGISTER", enabled: false });
    expect((await vic.post<TestResult>(`${path}/test`)).body).toMatchObject({
      state: "READY",
      enabled: true,
    });
    expect((await bob.get(`${path}/tools`)).status).toBe(200);

    expect((await ada.delete(path)).status).toBe(200);
    expect((await bob.get(path)).code).toBe("not_found");
  });

  test("gives the same to twenty who list at once as to one", async () => {
    const { ada } = await makePeople(app);
    const { id } = (await ada.post<McpServer>("mcp-servers", { url: peer.url })).body;
    await ada.post(`mcp-servers/${id}/enable`);
    await ada.post(`mcp-servers/${id}/credentials`);

    const answers = await Promise.all(Array.from({ length: 20 }, () => ada.get(`mcp-servers/${id}/tools`)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers.get("etag"))).size).toBe(1);
  });
});
