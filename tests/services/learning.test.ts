import { afterAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";
import { serveSite } from "#tests/support/site.ts";

const app = await testApp();
const legacy = startLegacyMcpServer();
const modern = startModernMcpServer();
afterAll(() => Promise.all([legacy.stop(), modern.stop()]));

test("what a server speaks since it was replaced is kept from the first connection on, without a test", async () => {
  const { ada, bob } = await makePeople(app);
  let behind = legacy.url;
  const front = serveSite({ "/mcp": (request) => fetch(new Request(behind, request)) });
  const { id, protocolVersion, lastTest } = await addReadyServer(ada, front.at("/mcp"));
  await bob.post(`mcp-servers/${id}/credentials`);

  behind = modern.url;
  const { status } = await bob.get(`mcp-servers/${id}/tools`);

  const now = async () => (await bob.get<McpServer>(`mcp-servers/${id}`)).body;
  for (let tries = 0; (await now()).protocolVersion === protocolVersion && tries < 100; tries += 1)
    await Bun.sleep(5);
  expect([protocolVersion, status]).toEqual(["2025-11-25", 200]);
  expect(await now()).toMatchObject({
    protocolVersion: "2026-07-28",
    serverInfo: { name: "modern" },
    instructions: null,
    lastTest,
  });
  await front.close();
});

test("a connection to where the server no longer is teaches nothing", async () => {
  const { ada, bob } = await makePeople(app);
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let isHeld = false;
  const front = serveSite({
    "/mcp": async (request) => {
      if (isHeld) {
        arrived.resolve();
        await release.promise;
      }
      return fetch(new Request(legacy.url, request));
    },
  });
  const { id } = await addReadyServer(ada, front.at("/mcp"));
  await bob.post(`mcp-servers/${id}/credentials`);

  isHeld = true;
  const listing = bob.get(`mcp-servers/${id}/tools`);
  await arrived.promise;
  await ada.patch(`mcp-servers/${id}`, { url: "https://elsewhere.example.com/mcp" });
  release.resolve();
  await listing;

  expect((await bob.get<McpServer>(`mcp-servers/${id}`)).body).toMatchObject({
    protocolVersion: null,
    serverInfo: null,
  });
  await front.close();
});
