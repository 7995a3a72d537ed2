/** How long each part of a refresh may take. Injectable, so that a test of one that hangs need not hang. */
export type RefreshTimes = {
  /** Longer than a token request may take: whoever died meanwhile holds the lease no longer than this. */
  leaseMs: number;
  /** Longer than a lease lasts, so that nobody gives up on a holder that is still at work. For each holder anew. */
  patienceMs: number;
  /** From one look to the next, as long as somebody else holds the lease. */
  firstWaitMs: number;
  lastWaitMs: number;
  /** So long new tokens are tried to be stored, where the database does not take them at once. */
  storeMs: number;
  /** After a request without tokens nobody makes another one for so long. */
  coolDownMs: number;
};

export const TIMES: RefreshTimes = {
  leaseMs: 12_000,
  patienceMs: 15_000,
  firstWaitMs: 25,
  lastWaitMs: 400,
  storeMs: 10_000,
  coolDownMs: 10_000,
};
