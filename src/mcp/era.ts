/** Protocol revisions are dates, so that comparing them as text orders them. */
export const FIRST_MODERN_VERSION = "2026-07-28";

/** `modern` begins with {@link FIRST_MODERN_VERSION}: no handshake of its own, no session, no stream from the server. */
export type Era = "modern" | "legacy";
