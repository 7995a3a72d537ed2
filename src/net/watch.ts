import { type EgressStage, timedOut } from "#src/net/errors.ts";
import { after } from "#src/net/limits.ts";

/** How one stage went. Stages that a reused connection spares are not told. */
export type TraceEvent = { stage: EgressStage; ms: number; ok: boolean };
export type Trace = (event: TraceEvent) => void;

/**
 * Watches over one fetch from its start to the last byte of its body. Whoever wants to end it early, be it the caller, a
 * stage that takes too long or the total limit, does so through `signal`, whose reason is what the caller gets.
 */
export class Watch {
  readonly #ending = new AbortController();
  readonly #trace: Trace | undefined;
  readonly #caller: AbortSignal | null;
  readonly #endWithCaller = () => this.end(this.#caller?.reason);
  readonly #cancelTotal: () => void;
  #cancelStage = () => {};
  #stage: EgressStage = "dns";
  #stageBegan: number | null = null;

  constructor(totalMs: number, options: { signal: AbortSignal | null; trace?: Trace | undefined }) {
    this.#trace = options.trace;
    this.#caller = options.signal;
    this.#cancelTotal = after(totalMs, () => this.end(timedOut(this.#stage)));
    this.#caller?.addEventListener("abort", this.#endWithCaller, { once: true });
    if (this.#caller?.aborted) this.#endWithCaller();
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Where the request is now, or where it ended. */
  get stage(): EgressStage {
    return this.#stage;
  }

  /** The stage before this one has succeeded. What comes after the end is not followed. */
  enter(stage: EgressStage, limitMs: number): void {
    if (this.signal.aborted) return;
    this.leave(true);
    this.#stage = stage;
    this.#stageBegan = performance.now();
    this.#cancelStage = after(limitMs, () => this.end(timedOut(stage)));
  }

  leave(ok: boolean): void {
    this.#cancelStage();
    if (this.#stageBegan === null) return;
    this.#trace?.({ stage: this.#stage, ms: performance.now() - this.#stageBegan, ok });
    this.#stageBegan = null;
  }

  end(reason: unknown): void {
    this.#ending.abort(reason);
  }

  /** There is nothing left to end: holds no timer and no listener after this. */
  release(): void {
    this.#cancelStage();
    this.#cancelTotal();
    this.#caller?.removeEventListener("abort", this.#endWithCaller);
  }
}
