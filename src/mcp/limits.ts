/** What one server can cost us. Every bound is injectable, so that a test of a hanging server need not hang. */
export type McpLimits = {
  /** One request: a call, or all pages of a list together. */
  callMs: number;
  /** Everything from the first byte to a usable connection, fallbacks included. */
  connectMs: number;
  /** One request of the handshake. */
  handshakeMs: number;
  /** Saying goodbye to a session. */
  closeMs: number;
  /** How long a stream may stay open after it has given its answer. */
  lingerMs: number;
  /** One JSON-RPC message. */
  messageBytes: number;
  /** All event streams of a connection together, from one of our requests to the next: what nobody asked for ends. */
  streamBytes: number;
  listPages: number;
  listItems: number;
  /** Text in one list, in UTF-16 units. */
  listChars: number;
};

export const LIMITS: McpLimits = {
  callMs: 30_000,
  connectMs: 30_000,
  handshakeMs: 10_000,
  closeMs: 2_000,
  lingerMs: 1_000,
  messageBytes: 4 * 1024 * 1024,
  streamBytes: 32 * 1024 * 1024,
  listPages: 50,
  listItems: 5_000,
  listChars: 16 * 1024 * 1024,
};
