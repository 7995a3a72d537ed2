import {
  Client,
  type Implementation,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Channel } from "#src/mcp/channel.ts";
import { withDeadline } from "#src/mcp/deadline.ts";
import type { Era } from "#src/mcp/era.ts";
import { McpError, toMcpError } from "#src/mcp/errors.ts";
import { JsonCopier, type JsonRecord, isJsonRecord } from "#src/mcp/json.ts";
import type { McpLimits } from "#src/mcp/limits.ts";
import { readInstructions, readServerInfo, type ServerInfo } from "#src/mcp/server-info.ts";
import type { Target, TransportKind } from "#src/mcp/target.ts";
import { Wire, type WireTrace } from "#src/mcp/wire.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { version } from "#src/version.ts";

/** A handshake that succeeded, and the channel it left behind. */
export type Link = {
  channel: Channel;
  wire: Wire;
  transport: TransportKind;
  era: Era;
  protocolVersion: string;
  serverInfo: ServerInfo | null;
  instructions: string | null;
  capabilities: JsonRecord;
};

/** `auto` asks with `server/discover` first, and goes on to `initialize` where that is not understood. */
export type Attempt = { transport: TransportKind; era: "auto" | "legacy" };

export type LinkOptions = { limits: McpLimits; signal: AbortSignal; trace?: WireTrace | undefined };

/** Who we say we are, in every handshake and in every request since 2026-07-28. */
export const IDENTITY: Implementation = {
  name: "switchyard",
  title: "Switchyard",
  version,
};

/** @throws {McpError} whatever goes wrong; nothing stays open then */
export async function openLink(
  fetch: GuardedFetch,
  target: Target,
  attempt: Attempt,
  options: LinkOptions,
): Promise<Link> {
  const { limits, trace } = options;
  const wire = new Wire(fetch, target, { transport: attempt.transport, limits, trace });
  const channel = new Channel(transportFor(target, attempt, wire), wire, limits);
  const client = clientFor(attempt, limits);
  const handshake = (signal: AbortSignal) =>
    Promise.race([client.connect(channel, { timeout: limits.handshakeMs }), rejectOn(signal)]);

  try {
    // Waiting for the `endpoint` event is a step of the handshake that the SDK does not limit.
    if (attempt.transport === "sse") {
      await withDeadline(limits.handshakeMs, (step) => handshake(AbortSignal.any([step, options.signal])));
    } else {
      await handshake(options.signal);
    }
    return { channel, wire, transport: attempt.transport, ...readHandshake(client, wire) };
  } catch (error) {
    const failure = channel.failure ?? failureOf(error, attempt, wire);
    await channel.close();
    throw failure;
  }
}

function transportFor(
  target: Target,
  attempt: Attempt,
  wire: Wire,
): StreamableHTTPClientTransport | SSEClientTransport {
  const url = new URL(target.url);
  if (attempt.transport === "sse") return new SSEClientTransport(url, { fetch: wire.fetch });
  return new StreamableHTTPClientTransport(url, { fetch: wire.fetch });
}

/**
 * Declares no capability: nobody is there to answer a server that asks back in the middle of a legacy call, and such
 * servers then do without. Since 2026-07-28 capabilities travel with each request (see `connection.ts`).
 */
function clientFor(attempt: Attempt, limits: McpLimits): Client {
  return new Client(IDENTITY, {
    capabilities: {},
    versionNegotiation:
      attempt.era === "auto"
        ? { mode: "auto", probe: { timeoutMs: limits.handshakeMs } }
        : { mode: "legacy" },
    // Never used: results do not pass through the client. The default one would load Ajv.
    jsonSchemaValidator: {
      getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "not validated" }),
    },
  });
}

function readHandshake(client: Client, wire: Wire): Omit<Link, "channel" | "wire" | "transport"> {
  const copier = new JsonCopier(wire.mask.hide);
  const capabilities = copier.copy(client.getServerCapabilities() ?? {});
  return {
    era: client.getProtocolEra() ?? "legacy",
    protocolVersion: client.getNegotiatedProtocolVersion() ?? "",
    serverInfo: readServerInfo(copier.copy(client.getServerVersion())),
    instructions: readInstructions(copier.copy(client.getInstructions())),
    capabilities: isJsonRecord(capabilities) ? capabilities : {},
  };
}

function failureOf(error: unknown, attempt: Attempt, wire: Wire): McpError {
  // The SDK's event source tells only the text of what its fetch threw.
  const failure =
    (attempt.transport === "sse" ? wire.failure : null) ?? toMcpError(error, "handshake", wire.mask.hide);
  if (failure.kind !== "timeout" || failure.stage !== "handshake" || wire.hasAnswered) return failure;
  return new McpError("timeout", "http", failure.message, { cause: failure });
}

function rejectOn(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
