import { EchoMask } from "#src/mcp/echo-mask.ts";
import { httpError, McpError, toMcpError } from "#src/mcp/errors.ts";
import { watchEvents } from "#src/mcp/event-stream.ts";
import type { McpLimits } from "#src/mcp/limits.ts";
import { challengeOf, forbidden, unauthorized } from "#src/mcp/refusals.ts";
import type { Target, TransportKind } from "#src/mcp/target.ts";
import type { GuardedFetch, GuardedInit, Limits } from "#src/net/fetch.ts";

export type WireTrace = NonNullable<GuardedInit["trace"]>;

/** `isStream`: it opens the stream that an HTTP+SSE connection lives on. */
type Outgoing = {
  method: string;
  headers: Headers;
  body: BodyInit | null;
  signal?: AbortSignal;
  isStream: boolean;
};

type Options = { transport: TransportKind; limits: McpLimits; trace?: WireTrace | undefined };

/** Visible ASCII, as the protocol wants it; the length is ours. */
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/;

/**
 * Carries the HTTP requests of one connection. The SDK's transports get `fetch`; here is what they do not do: the
 * member's headers and their renewal, no redirects, nothing for other origins, our limits, and errors that keep their
 * reason, which the SDK's event source and stream readers would lose.
 */
export class Wire {
  readonly mask = new EchoMask();
  /** Told once that the one event stream of an HTTP+SSE connection is over. */
  onStreamEnd: (broken: McpError | null) => void = () => {};
  /** The last request that failed. */
  failure: McpError | null = null;
  /** Whether the server ever answered anything. */
  hasAnswered = false;
  #brokenStream: McpError | null = null;
  #hasStream = false;
  /** Since our last request. */
  #streamedBytes = 0;
  #trace: WireTrace | undefined;
  readonly #fetch: GuardedFetch;
  readonly #target: Target;
  readonly #origin: string;
  readonly #transport: TransportKind;
  readonly #limits: McpLimits;

  constructor(fetch: GuardedFetch, target: Target, options: Options) {
    this.#fetch = fetch;
    this.#target = target;
    this.#origin = new URL(target.url).origin;
    this.#transport = options.transport;
    this.#limits = options.limits;
    this.#trace = options.trace;
  }

  readonly fetch = async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { method = "GET" } = init;
    const headers = new Headers(init.headers);
    const isStream = method === "GET" && !headers.has("last-event-id");
    // We want no messages that answer none of our requests. The SDK asks for them all the same, and takes a 405 for no.
    if (isStream && this.#transport === "streamable_http") return new Response(null, { status: 405 });

    try {
      // A second stream is a second session, which nobody has initialized: the event source's reconnecting is of no use.
      if (isStream && this.#hasStream)
        throw new McpError("failed", "http", "The server ended the connection.");
      const request = {
        method,
        headers,
        body: init.body ?? null,
        isStream,
        ...(init.signal ? { signal: init.signal } : {}),
      };
      const response = await this.#authorized(new URL(input), request);
      await this.#vet(response, method);
      return isEventStream(response) ? this.#watched(response, isStream) : response;
    } catch (error) {
      if (init.signal?.aborted) throw error;
      this.failure = toMcpError(error, "http", this.mask.hide);
      throw this.failure;
    }
  };

  /** Why the event stream that has just ended did so; null where the server simply closed it. */
  takeBrokenStream(): McpError | null {
    const broken = this.#brokenStream;
    this.#brokenStream = null;
    return broken;
  }

  async #authorized(url: URL, request: Outgoing): Promise<Response> {
    if (url.origin !== this.#origin)
      throw new McpError("failed", "handshake", "The server points to another origin.");
    const proof = await this.#proof();
    const response = await this.#send(url, request, proof);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    if (!(await this.#isRenewed(challengeOf(response, this.mask.hide), proof)))
      throw unauthorized(response, this.mask.hide);

    const second = await this.#send(url, request, await this.#proof());
    if (second.status !== 401) return second;
    await second.body?.cancel();
    throw unauthorized(second, this.mask.hide);
  }

  async #send(
    url: URL,
    { isStream, ...request }: Outgoing,
    proof: Record<string, string>,
  ): Promise<Response> {
    const headers = new Headers(request.headers);
    for (const [name, value] of Object.entries(proof)) headers.set(name, value);

    this.#streamedBytes = 0;
    const limits = this.#limitsFor(isStream);
    const response = await this.#fetch(url, {
      ...request,
      headers,
      limits,
      followRedirects: "none",
      ...this.#firstOnly(),
    });
    this.hasAnswered = true;
    return response;
  }

  async #proof(): Promise<Record<string, string>> {
    try {
      const headers = await this.#target.authorization.headers();
      this.mask.remember(headers);
      return headers;
    } catch (cause) {
      throw new McpError("unauthorized", "http", "The credential for this server cannot be used.", { cause });
    }
  }

  async #isRenewed(challenge: readonly string[], refused: Record<string, string>): Promise<boolean> {
    try {
      return (await this.#target.authorization.renew?.(challenge, refused)) ?? false;
    } catch (cause) {
      throw new McpError("unauthorized", "http", "The credential for this server cannot be renewed.", {
        status: 401,
        challenge,
        cause,
      });
    }
  }

  /** A probe measures its first request, on a socket of its own; those after it reuse sockets as always. */
  #firstOnly(): Pick<GuardedInit, "fresh" | "trace"> {
    const trace = this.#trace;
    this.#trace = undefined;
    return trace ? { fresh: true, trace } : {};
  }

  #limitsFor(isStream: boolean): Partial<Limits> {
    const { callMs, handshakeMs, messageBytes: maxBytes } = this.#limits;
    if (!isStream)
      return { firstByteMs: callMs, idleMs: callMs, messageMs: callMs, totalMs: callMs, maxBytes };
    // It lives, and may say nothing, for as long as the pool keeps the connection.
    return { firstByteMs: handshakeMs, idleMs: Infinity, messageMs: callMs, totalMs: Infinity, maxBytes };
  }

  async #vet(response: Response, method: string): Promise<void> {
    const { status } = response;
    const sessionId = response.headers.get("mcp-session-id");
    if (sessionId !== null && !SESSION_ID.test(sessionId)) {
      await response.body?.cancel();
      throw new McpError("failed", "handshake", "The server gave a session id that cannot be sent.");
    }
    if (status === 403) {
      await response.body?.cancel();
      throw forbidden(response, this.mask.hide);
    }
    // The SDK's event source transport throws these with the status in the text alone.
    if (this.#transport === "sse" && method === "POST" && !response.ok) {
      throw httpError(status, await response.text(), this.mask.hide);
    }
  }

  #watched(response: Response, isStream: boolean): Response {
    if (!response.body || !response.ok) return response;
    this.#hasStream ||= isStream;
    const body = watchEvents(response.body, {
      onBytes: (count) => {
        this.#streamedBytes += count;
        if (this.#streamedBytes > this.#limits.streamBytes) throw tooMuch();
      },
      onEnd: (error) => {
        this.#brokenStream = error === undefined ? null : toMcpError(error, "http", this.mask.hide);
        if (isStream) this.onStreamEnd(this.#brokenStream);
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  }
}

function isEventStream(response: Response): boolean {
  return response.headers.get("content-type")?.toLowerCase().startsWith("text/event-stream") ?? false;
}

function tooMuch(): McpError {
  return new McpError("too_large", "http", "The server sent more than we take.");
}
