import { McpError } from "#src/mcp/errors.ts";

/**
 * Gives work a time to end by. Unlike `AbortSignal.timeout` it leaves no timer behind when the work is done early, which
 * is nearly always.
 *
 * @param caller - ends the work earlier, as `cancelled`: whoever asked has gone
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  caller?: AbortSignal,
): Promise<T> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(new DOMException("The time is up.", "TimeoutError")), ms);
  const release = onAbort(caller, () => ending.abort(cancelled()));
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
    release();
  }
}

/** What others share goes on for them; only this caller's waiting ends. @throws {McpError} `cancelled` */
export async function waitFor<T>(shared: Promise<T>, caller?: AbortSignal): Promise<T> {
  if (!caller) return shared;
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const release = onAbort(caller, () => reject(cancelled()));
  try {
    return await Promise.race([shared, gone]);
  } finally {
    release();
  }
}

const cancelled = (): McpError =>
  new McpError("cancelled", "http", "Whoever asked no longer waits for the answer.");

function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}
