import { Connection } from "#src/mcp/connection.ts";
import { withDeadline } from "#src/mcp/deadline.ts";
import { FIRST_MODERN_VERSION } from "#src/mcp/era.ts";
import { McpError } from "#src/mcp/errors.ts";
import { LIMITS, type McpLimits } from "#src/mcp/limits.ts";
import { type Attempt, type Link, openLink } from "#src/mcp/link.ts";
import type { Target } from "#src/mcp/target.ts";
import type { WireTrace } from "#src/mcp/wire.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";

export type { Connection } from "#src/mcp/connection.ts";

export type ConnectOptions = { limits?: McpLimits; trace?: WireTrace; signal?: AbortSignal };

type Open = (attempt: Attempt) => Promise<Link>;

const STREAMABLE_LEGACY: Attempt = { transport: "streamable_http", era: "legacy" };
/** How servers without Streamable HTTP answer a POST to the URL of their event stream (2025-03-26, Backwards Compatibility). */
const HINTS_AT_SSE = new Set<number | undefined>([400, 404, 405]);

/**
 * Finds out what a server speaks, newest first, and does its handshake.
 *
 * @param options.trace - measures the first request, on a socket of its own
 * @param options.signal - gives the handshake up; says nothing to a connection that is there
 * @throws {McpError} `unauthorized` and `insufficient_scope` with the challenge; any other kind but `busy`
 */
export async function connect(
  fetch: GuardedFetch,
  target: Target,
  options: ConnectOptions = {},
): Promise<Connection> {
  const { limits = LIMITS } = options;
  let { trace } = options;
  const open = (attempt: Attempt, signal: AbortSignal): Promise<Link> => {
    const first = trace;
    trace = undefined;
    return openLink(fetch, target, attempt, { limits, signal, trace: first });
  };
  const reopen = () => withDeadline(limits.connectMs, (signal) => open(STREAMABLE_LEGACY, signal));

  const link = await withDeadline(
    limits.connectMs,
    (signal) => negotiate((attempt) => open(attempt, signal), target.known),
    options.signal,
  );
  return new Connection(link, reopen, limits);
}

async function negotiate(open: Open, known: Target["known"]): Promise<Link> {
  const remembered = rememberedAttempt(known);
  if (remembered) {
    try {
      return await open(remembered);
    } catch (error) {
      if (!isWorthProbing(error)) throw error;
    }
  }
  return probe(open);
}

/** A server that spoke the current protocol is asked as an unknown one is: `server/discover` is its whole handshake. */
function rememberedAttempt({ transport, protocolVersion }: Target["known"]): Attempt | null {
  if (transport === "sse") return { transport, era: "legacy" };
  if (protocolVersion === null || protocolVersion >= FIRST_MODERN_VERSION) return null;
  return STREAMABLE_LEGACY;
}

async function probe(open: Open): Promise<Link> {
  try {
    return await open({ transport: "streamable_http", era: "auto" });
  } catch (error) {
    if (!(error instanceof McpError) || !HINTS_AT_SSE.has(error.status)) throw error;
    return openAsSse(open, error);
  }
}

/** Where no event stream is found either, what was said to the first handshake is the better explanation. */
async function openAsSse(open: Open, first: McpError): Promise<Link> {
  try {
    return await open({ transport: "sse", era: "legacy" });
  } catch (error) {
    throw isTelling(error) ? error : first;
  }
}

/** It answered, and as no server does that still speaks what we remember. Credentials are no evidence of an era. */
function isWorthProbing(error: unknown): boolean {
  if (!(error instanceof McpError)) return false;
  return (
    (error.kind === "failed" || error.kind === "rpc") &&
    (error.stage === "http" || error.stage === "handshake")
  );
}

function isTelling(error: unknown): boolean {
  if (!(error instanceof McpError)) return true;
  if (["unauthorized", "insufficient_scope", "cancelled"].includes(error.kind)) return true;
  return error.status === undefined && error.kind !== "timeout" && error.stage === "handshake";
}
