import type { JSONRPCMessage, Transport, TransportSendOptions } from "@modelcontextprotocol/client";
import { FIRST_MODERN_VERSION } from "#src/mcp/era.ts";
import { LostAnswer, McpError, type McpStage, rpcError } from "#src/mcp/errors.ts";
import { isRecord } from "#src/mcp/json.ts";
import type { McpLimits } from "#src/mcp/limits.ts";
import type { Wire } from "#src/mcp/wire.ts";

export type Result = Record<string, unknown>;
/** Either of the SDK's transports; only that of Streamable HTTP has sessions to end. */
type Inner = Transport & { terminateSession?: () => Promise<void> };
type Exchange = { stage: McpStage; resolve(result: Result): void; reject(error: unknown): void };

export type RequestOptions = {
  /** Where a failure that does not know better belongs. */
  stage: McpStage;
  /** Gives up, and tells the server. */
  signal: AbortSignal;
  headers?: Record<string, string>;
};

/**
 * Errors that only a server of 2026-07-28 knows (header mismatch, missing client capability): whoever answers the era
 * probe with one speaks that era and wants no `initialize`. Not −32001, which older servers use for a lost session.
 */
const MODERN_REFUSALS = new Set([-32020, -32021]);

/**
 * Stands between the SDK's client and its transport. The client does the handshake and answers what the server asks;
 * our requests go past it: their results are passed on as they are, where the client would check every schema and drop
 * what it does not know, and a stream that ends without an answer fails the request at once instead of after a timeout.
 */
export class Channel implements Transport {
  onclose: Transport["onclose"];
  onerror: Transport["onerror"];
  onmessage: Transport["onmessage"];
  /** What broke the channel; null where nothing did, or somebody closed it. */
  failure: McpError | null = null;
  isOpen = true;
  readonly hasPerRequestStream: boolean;
  readonly #inner: Inner;
  readonly #wire: Wire;
  readonly #limits: McpLimits;
  readonly #exchanges = new Map<number, Exchange>();
  /** Requests of the SDK's client that are not answered yet. */
  readonly #handshake = new Set<string | number>();
  // The SDK's client counts from 0 and sends one request with a number before it is our turn.
  #lastId = 0;
  #protocolVersion = "";

  constructor(inner: Inner, wire: Wire, limits: McpLimits) {
    this.#inner = inner;
    this.#wire = wire;
    this.#limits = limits;
    this.hasPerRequestStream = inner.hasPerRequestStream ?? false;
    inner.onmessage = (message) => this.#receive(message);
    inner.onerror = (error) => this.onerror?.(error);
    inner.onclose = () => this.#end();
    wire.onStreamEnd = (broken) => this.fail(broken ?? new LostAnswer());
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#protocolVersion = version;
    this.#inner.setProtocolVersion?.(version);
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  /** For the SDK's client. */
  send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (!("id" in message && "method" in message)) return this.#inner.send(message, options);
    this.#handshake.add(message.id);
    const onRequestStreamEnd = () => {
      if (this.#handshake.has(message.id)) this.fail(this.#wire.takeBrokenStream() ?? new LostAnswer());
    };
    return this.#inner.send(message, { ...options, onRequestStreamEnd });
  }

  /**
   * Sends one request and waits for its answer.
   *
   * @throws {McpError} `rpc` for a JSON-RPC error, {@link LostAnswer} where the server closed the stream, what the wire
   * throws, or the signal's reason
   */
  async request(
    method: string,
    params: Record<string, unknown> | undefined,
    options: RequestOptions,
  ): Promise<Result> {
    if (!this.isOpen) throw this.failure ?? closed();
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const stop = new AbortController();
    const onAbort = () => reject(options.signal.reason);
    let isStreamOver = false;

    this.#exchanges.set(id, { stage: options.stage, resolve, reject });
    options.signal.addEventListener("abort", onAbort, { once: true });
    const message: JSONRPCMessage = { jsonrpc: "2.0", id, method, ...(params ? { params } : {}) };
    const onRequestStreamEnd = () => {
      isStreamOver = true;
      const broken = this.#wire.takeBrokenStream();
      reject(broken && broken.kind !== "failed" ? broken : new LostAnswer({ cause: broken }));
    };
    try {
      options.signal.throwIfAborted();
      const { headers } = options;
      const carried = { requestSignal: stop.signal, onRequestStreamEnd, headers };
      this.#inner.send(message, carried).catch(reject);
      const result = await promise;
      // Servers close the stream right after the answer, which keeps its socket for the next call. Some never do.
      setTimeout(() => isStreamOver || stop.abort(), this.#limits.lingerMs).unref();
      return result;
    } catch (error) {
      stop.abort();
      if (options.signal.aborted) this.#cancel(id, options.signal.reason);
      throw error;
    } finally {
      this.#exchanges.delete(id);
      options.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the server's session where there is one, and never takes longer than the limit for it. */
  async endSession(): Promise<void> {
    if (!this.isOpen || this.sessionId === undefined) return;
    const { promise: waited, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#limits.closeMs);
    await Promise.race([this.#inner.terminateSession?.().catch(() => {}), waited]);
    clearTimeout(timer);
  }

  /** Nothing works after this, and what is under way fails with `error`. */
  fail(error: McpError): void {
    if (!this.isOpen) return;
    this.failure = error;
    void this.close();
  }

  async close(): Promise<void> {
    if (this.isOpen) await this.#inner.close();
  }

  /** Since 2026-07-28 the closed stream says it all. */
  #cancel(requestId: number, why: unknown): void {
    if (this.#protocolVersion >= FIRST_MODERN_VERSION) return;
    const params = { requestId, reason: why instanceof McpError ? why.kind : "timeout" };
    this.#inner.send({ jsonrpc: "2.0", method: "notifications/cancelled", params }).catch(() => {});
  }

  #end(): void {
    this.isOpen = false;
    for (const exchange of this.#exchanges.values()) exchange.reject(this.failure ?? closed());
    this.onclose?.();
  }

  #receive(message: JSONRPCMessage): void {
    const exchange = "method" in message ? undefined : this.#exchanges.get(Number(message.id));
    if (exchange && "result" in message) exchange.resolve(message.result);
    else if (exchange && "error" in message)
      exchange.reject(rpcError(message.error, exchange.stage, this.#wire.mask.hide));
    else this.#toClient(message);
  }

  #toClient(message: JSONRPCMessage): void {
    if ("id" in message && message.id !== undefined && !("method" in message))
      this.#handshake.delete(message.id);
    if ("error" in message && isRefusalOfProbe(message)) {
      this.fail(rpcError(message.error, "handshake", this.#wire.mask.hide));
      return;
    }
    this.onmessage?.(message);
  }
}

function closed(): McpError {
  return new McpError("failed", "http", "The connection was closed.");
}

/** The SDK gives its probe an id of letters, and everything else a number. */
function isRefusalOfProbe(message: { id?: string | number | undefined; error: unknown }): boolean {
  if (typeof message.id !== "string" || !isRecord(message.error)) return false;
  return MODERN_REFUSALS.has(Number(message.error["code"]));
}
