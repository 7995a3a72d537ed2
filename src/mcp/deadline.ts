/**
 * Gives work a time to end by. Unlike `AbortSignal.timeout` it leaves no timer behind when the work is done early, which
 * is nearly always.
 */
export async function withDeadline<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(new DOMException("The time is up.", "TimeoutError")), ms);
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
  }
}
