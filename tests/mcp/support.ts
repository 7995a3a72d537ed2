import { afterAll } from "bun:test";
import { LIMITS, type McpLimits } from "#src/mcp/limits.ts";
import type { Target } from "#src/mcp/target.ts";
import { createGuardedFetch, type GuardedFetch } from "#src/net/fetch.ts";

/** The real one, with the policy of an app that listens on loopback. One for each test file. */
export function loopbackFetch(): GuardedFetch {
  const fetch = createGuardedFetch({ allowLoopback: true, exceptions: [] });
  afterAll(() => fetch.close());
  return fetch;
}

/** Ada's way to a server that wants no authorization and that nobody knows yet. */
export function targetOf(url: string, different: Partial<Target> = {}): Target {
  const workspaceId = "6a0e5a1e-0000-4000-8000-000000000001";
  return {
    key: `${workspaceId}/7/1/1.1`,
    workspaceId,
    memberId: 1,
    serverId: 7,
    url,
    known: { transport: "streamable_http", protocolVersion: null },
    authorization: { headers: async () => ({}) },
    ...different,
  };
}

/** Much like the real ones, and much faster. Long enough for a busy machine to do the honest parts. */
export const QUICK: McpLimits = {
  ...LIMITS,
  callMs: 500,
  connectMs: 1_500,
  handshakeMs: 500,
  closeMs: 200,
  lingerMs: 50,
};
