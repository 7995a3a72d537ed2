import { Elysia } from "elysia";
import { TestResult } from "#src/api/server-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { idOf, NoBody, ServerParams } from "#src/http/params.ts";
import * as serverTests from "#src/services/server-tests.ts";

export const serverTestsApi = (asking: Asking) =>
  new Elysia({ name: "api.server-tests", prefix: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/test" })
    .use(asking)

    .post("/", ({ ctx, params }) => serverTests.test(ctx, idOf(params.server_id)), {
      member: "apps:read",
      params: ServerParams,
      costly: "test",
      body: NoBody(),
      ...documented({
        id: "testMcpServer",
        tag: "MCP servers",
        scope: "apps:read",
        summary: "Test the connection to an MCP server by a real handshake.",
        description:
          "With the asking member's own credential. 200 also for a failed test: `success` and `stages` tell. Success makes the server `READY` and enabled; a failure changes nothing.",
        answer: { schema: TestResult },
        example: {
          success: true,
          latencyMs: 142,
          protocolVersion: "2025-11-25",
          transport: "streamable_http",
          serverInfo: { name: "linear", version: "1.4.0" },
          stages: [
            { stage: "dns", ok: true, ms: 2 },
            { stage: "connect", ok: true, ms: 11 },
            { stage: "tls", ok: true, ms: 38 },
            { stage: "http", ok: true, ms: 40 },
            { stage: "handshake", ok: true, ms: 51 },
          ],
          error: null,
          state: "READY",
          enabled: true,
        },
      }),
    });
