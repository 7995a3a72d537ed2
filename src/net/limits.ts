/** How long and how much of another's time, memory and patience one request may cost. Infinity switches a limit off. */
export type Limits = {
  dnsMs: number;
  /** For the TCP connection, and once more for TLS. */
  connectMs: number;
  /** From the request being sent to the last of the response's headers. */
  firstByteMs: number;
  /** Silence while somebody waits for more of the body. */
  idleMs: number;
  /** From a server-sent event's first byte to its last, so that an endless stream cannot drip an endless message. */
  messageMs: number;
  /** Everything: redirects, body and, for an event stream, its whole life. */
  totalMs: number;
  /** Of the whole body after decompression or, in an event stream, of each message. */
  maxBytes: number;
  /** Of an event stream as a whole: far more than a call needs, far less than would keep us busy for its whole time. */
  maxStreamBytes: number;
};

export const DEFAULT_LIMITS: Limits = {
  dnsMs: 5_000,
  connectMs: 5_000,
  firstByteMs: 10_000,
  idleMs: 30_000,
  messageMs: 30_000,
  totalMs: 30_000,
  maxBytes: 4 * 1024 * 1024,
  maxStreamBytes: 64 * 1024 * 1024,
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer that takes Infinity for never. @returns what calls it off */
export function after(ms: number, act: () => void): () => void {
  if (ms > LONGEST_TIMER_MS) return () => {};
  const timer = setTimeout(act, Math.max(0, ms));
  return () => clearTimeout(timer);
}
