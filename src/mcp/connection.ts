import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/client";
import type { RequestOptions, Result } from "#src/mcp/channel.ts";
import type { Era } from "#src/mcp/era.ts";
import { LostAnswer, McpError, toMcpError } from "#src/mcp/errors.ts";
import type { HeaderParam } from "#src/mcp/header-params.ts";
import { JsonCopier, type JsonRecord } from "#src/mcp/json.ts";
import type { McpLimits } from "#src/mcp/limits.ts";
import { IDENTITY, type Link } from "#src/mcp/link.ts";
import type { ServerInfo } from "#src/mcp/server-info.ts";
import type { TransportKind } from "#src/mcp/target.ts";

/** What a server may answer with questions since 2026-07-28 (multi round-trip requests). */
const MULTI_ROUND_TRIP = new Set(["tools/call", "prompts/get", "resources/read"]);

/**
 * What it may ask back for: a form to fill in or a page to visit. It travels through REST to whoever asked, so only
 * requests that somebody waits for declare it.
 */
const QUESTION_CAPABILITIES = { elicitation: { form: {}, url: {} } };

/** A live connection to one server in one member's name, whatever the server speaks. */
export class Connection {
  readonly limits: McpLimits;
  /** Which arguments of which tools also travel as headers: learnt from the last list of tools. */
  headerParams: ReadonlyMap<string, readonly HeaderParam[]> = new Map();
  #link: Link;
  #reopening: Promise<Link> | null = null;
  readonly #reopen: () => Promise<Link>;

  constructor(link: Link, reopen: () => Promise<Link>, limits: McpLimits) {
    this.#link = link;
    this.#reopen = reopen;
    this.limits = limits;
  }

  get transport(): TransportKind {
    return this.#link.transport;
  }
  get era(): Era {
    return this.#link.era;
  }
  get protocolVersion(): string {
    return this.#link.protocolVersion;
  }
  get serverInfo(): ServerInfo | null {
    return this.#link.serverInfo;
  }
  get instructions(): string | null {
    return this.#link.instructions;
  }
  get capabilities(): JsonRecord {
    return this.#link.capabilities;
  }
  /** False once the server has ended it, or somebody closed it. */
  get isOpen(): boolean {
    return this.#link.channel.isOpen;
  }

  /** For what the server said, on its way out. See {@link JsonCopier}. */
  copier(): JsonCopier {
    return new JsonCopier(this.#link.wire.mask.hide);
  }

  /**
   * Sends one request, and a second time where the protocol says that the first was not executed: the session was gone
   * (2025-11-25, Session Management), or the server of 2026-07-28 closed the stream before it answered, which drops the
   * request and leaves it to us to send a new one (SEP-2575).
   *
   * @returns the result as the server sent it: {@link copier} before it is passed on
   * @throws {McpError}
   */
  async request(
    method: string,
    params: Record<string, unknown> | undefined,
    options: RequestOptions,
  ): Promise<Result> {
    const link = this.#link;
    try {
      return await send(link, method, params, options);
    } catch (failure) {
      const error = toMcpError(failure, options.stage, link.wire.mask.hide);
      if (isSessionLost(error, link)) await this.#renewSession(link);
      else if (link.era === "legacy" || !(error instanceof LostAnswer)) throw error;
    }
    try {
      return await send(this.#link, method, params, options);
    } catch (failure) {
      throw toMcpError(failure, options.stage, link.wire.mask.hide);
    }
  }

  async close(): Promise<void> {
    const { channel } = this.#link;
    await channel.endSession();
    await channel.close();
  }

  /** Once for all requests that found the same session gone. */
  async #renewSession(lost: Link): Promise<void> {
    if (this.#link !== lost) return;
    this.#reopening ??= this.#reopen().finally(() => (this.#reopening = null));
    this.#link = await this.#reopening;
  }
}

async function send(
  link: Link,
  method: string,
  params: Record<string, unknown> | undefined,
  options: RequestOptions,
): Promise<Result> {
  if (link.era === "legacy") return link.channel.request(method, params, options);
  const result = await link.channel.request(method, { ...params, _meta: envelope(link, method) }, options);
  return checkedResult(result, method);
}

/** Since 2026-07-28 there is no handshake to refer to, so each request says who asks and what it can take. */
function envelope(link: Link, method: string): Record<string, unknown> {
  return {
    [PROTOCOL_VERSION_META_KEY]: link.protocolVersion,
    [CLIENT_INFO_META_KEY]: IDENTITY,
    [CLIENT_CAPABILITIES_META_KEY]: MULTI_ROUND_TRIP.has(method) ? QUESTION_CAPABILITIES : {},
  };
}

/** Servers leave `resultType` out where it is `complete`, and are forgiven. */
function checkedResult(result: Result, method: string): Result {
  const { resultType = "complete" } = result;
  if (resultType === "complete" || (resultType === "input_required" && MULTI_ROUND_TRIP.has(method)))
    return result;
  throw new McpError("failed", "http", "The server answered with a kind of result that we do not know.");
}

/** A server says 404 (2025-11-25, Session Management), or 400 and something about a session where it uses an old SDK. */
function isSessionLost(error: McpError, link: Link): boolean {
  if (link.era !== "legacy" || link.channel.sessionId === undefined) return false;
  return error.status === 404 || (error.status === 400 && /session/i.test(error.message));
}
