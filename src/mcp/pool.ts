import { connect, type Connection } from "#src/mcp/connect.ts";
import { waitFor } from "#src/mcp/deadline.ts";
import { McpError, type McpErrorKind } from "#src/mcp/errors.ts";
import { LIMITS, type McpLimits } from "#src/mcp/limits.ts";
import { type Probe, probe, type ProbeOptions } from "#src/mcp/probe.ts";
import { SLOT_LIMITS, type SlotLimits, Slots } from "#src/mcp/slots.ts";
import type { Target } from "#src/mcp/target.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";

/** @param signal - what asked has gone: `work` is to end, and to tell the server so */
type Work<T> = (connection: Connection, signal?: AbortSignal) => Promise<T>;

/**
 * Live connections, each for one key of {@link Target} alone: one server, one member, one version of both. All methods
 * throw {@link McpError}, with `busy` where too many calls are under way (see {@link Slots}), with `cancelled` once the
 * caller's signal says that nobody waits.
 */
export type ConnectionPool = {
  /** Runs `work` on the target's connection, made now where there is none. */
  use<T>(target: Target, work: Work<T>, signal?: AbortSignal): Promise<T>;
  /**
   * The same for reads without arguments, such as `listTools`: equal ones under way (same key, same function) are one
   * call with one result, which nobody may change. It ends early once all who asked have gone.
   */
  read<T>(target: Target, work: Work<T>, signal?: AbortSignal): Promise<T>;
  /** A try on a connection of its own, within the same limits as every call. */
  probe(target: Target, options?: ProbeOptions): Promise<Probe>;
  /**
   * Forgets connections, by the beginning of their keys: `${workspaceId}/${serverId}/` is everybody's to one server. What
   * is under way on them may finish; nothing new begins.
   */
  drop(keyPrefix: string): void;
  /** Closes every connection at once, whatever is under way. */
  close(): Promise<void>;
  readonly size: number;
};

export type PoolOptions = {
  fetch: GuardedFetch;
  /** How long an unused connection stays. */
  idleMs?: number;
  maxConnections?: number;
  limits?: McpLimits;
  slots?: SlotLimits;
  /** Told of each new connection, to learn what the server speaks now. */
  onOpen?: (target: Target, connection: Connection) => void;
};

type Entry = {
  readonly key: string;
  readonly opening: Promise<Connection>;
  /** Once it is there. */
  connection: Connection | null;
  users: number;
  isDropped: boolean;
  idleTimer: Timer | null;
};

/** A read under way, and how many wait for it. */
type Reading = { result: Promise<unknown>; readers: number; ending: AbortController };

/** After these the connection is as good as before: the server, or we, answered with a no, or nobody asks any more. */
const HARMLESS: readonly McpErrorKind[] = ["rpc", "busy", "insufficient_scope", "cancelled"];

export function createPool(options: PoolOptions): ConnectionPool {
  return new Pool(options);
}

class Pool implements ConnectionPool {
  readonly #fetch: GuardedFetch;
  readonly #idleMs: number;
  readonly #maxConnections: number;
  readonly #limits: McpLimits;
  readonly #slots: Slots;
  readonly #onOpen: NonNullable<PoolOptions["onOpen"]>;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #reads = new Map<string, Map<Work<unknown>, Reading>>();

  constructor({
    fetch,
    idleMs = 5 * 60_000,
    maxConnections = 500,
    limits = LIMITS,
    slots = SLOT_LIMITS,
    onOpen = () => {},
  }: PoolOptions) {
    this.#fetch = fetch;
    this.#idleMs = idleMs;
    this.#maxConnections = maxConnections;
    this.#limits = limits;
    this.#slots = new Slots(slots);
    this.#onOpen = onOpen;
  }

  get size(): number {
    return this.#entries.size;
  }

  use<T>(target: Target, work: Work<T>, signal?: AbortSignal): Promise<T> {
    return this.#slots.run(target, async () => {
      const entry = this.#enter(target);
      try {
        return await work(await waitFor(entry.opening, signal), signal);
      } catch (error) {
        if (error instanceof McpError && !HARMLESS.includes(error.kind)) this.#drop(entry);
        throw error;
      } finally {
        this.#leave(entry);
      }
    });
  }

  async read<T>(target: Target, work: Work<T>, signal?: AbortSignal): Promise<T> {
    const reading = this.#reads.get(target.key)?.get(work) ?? this.#beginReading(target, work);
    reading.readers += 1;
    try {
      // What is kept for a function is what that same function returned.
      return await waitFor(reading.result as Promise<T>, signal);
    } finally {
      reading.readers -= 1;
      if (reading.readers === 0) this.#endReading(target, work, reading);
    }
  }

  probe(target: Target, options: ProbeOptions = {}): Promise<Probe> {
    return this.#slots.run(target, () => probe(this.#fetch, target, { limits: this.#limits, ...options }));
  }

  drop(keyPrefix: string): void {
    for (const entry of this.#entries.values()) if (entry.key.startsWith(keyPrefix)) this.#drop(entry);
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    for (const entry of entries) this.#forget(entry);
    await Promise.all(entries.map(hangUp));
  }

  #beginReading<T>(target: Target, work: Work<T>): Reading {
    const reads = this.#reads.get(target.key) ?? new Map<Work<unknown>, Reading>();
    const ending = new AbortController();
    const reading: Reading = { result: this.use(target, work, ending.signal), readers: 0, ending };
    this.#reads.set(target.key, reads.set(work, reading));
    return reading;
  }

  /** It is over, or all who waited for it have gone: whoever comes next begins anew. */
  #endReading(target: Target, work: Work<unknown>, reading: Reading): void {
    reading.ending.abort();
    const reads = this.#reads.get(target.key);
    if (reads?.get(work) !== reading) return;
    reads.delete(work);
    if (reads.size === 0) this.#reads.delete(target.key);
  }

  #enter(target: Target): Entry {
    const kept = this.#entries.get(target.key);
    const entry =
      kept?.connection?.isOpen === false ? this.#replace(kept, target) : (kept ?? this.#open(target));
    entry.users += 1;
    if (entry.idleTimer) clearTimeout(entry.idleTimer);
    entry.idleTimer = null;
    // To the end of the map, as the one used last.
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
    return entry;
  }

  #leave(entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (entry.isDropped) void hangUp(entry);
    else entry.idleTimer = setTimeout(() => this.#drop(entry), this.#idleMs).unref();
  }

  #replace(ended: Entry, target: Target): Entry {
    this.#drop(ended);
    return this.#open(target);
  }

  #open(target: Target): Entry {
    this.#makeRoom();
    const opening = connect(this.#fetch, target, { limits: this.#limits });
    const entry: Entry = {
      key: target.key,
      opening,
      connection: null,
      users: 0,
      isDropped: false,
      idleTimer: null,
    };
    opening.then(
      (connection) => {
        entry.connection = connection;
        this.#onOpen(target, connection);
      },
      () => this.#drop(entry),
    );
    return entry;
  }

  /** Those in use go last, and then only from the pool: their work may finish. */
  #makeRoom(): void {
    if (this.#entries.size < this.#maxConnections) return;
    const entries = [...this.#entries.values()];
    const oldest = entries.find(({ users }) => users === 0) ?? entries[0];
    if (oldest) this.#drop(oldest);
  }

  #drop(entry: Entry): void {
    if (entry.isDropped) return;
    this.#forget(entry);
    if (entry.users === 0) void hangUp(entry);
  }

  #forget(entry: Entry): void {
    entry.isDropped = true;
    if (entry.idleTimer) clearTimeout(entry.idleTimer);
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
  }
}

/** Nobody waits for it, and a server that does not want to be left politely is left all the same. */
async function hangUp({ opening }: Entry): Promise<void> {
  await opening.then(
    (connection) => connection.close(),
    () => {},
  );
}
