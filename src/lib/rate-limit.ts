const MAX_KEYS = 50_000;
const SLOTS_PER_WINDOW = 60;

/** The answer to one request. `limit` 0 means that nothing is limited. */
export type RateVerdict = {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Whole seconds, at least 1, until more is allowed than now. */
  resetSeconds: number;
  windowSeconds: number;
};

export type RateLimiter = {
  /** @param now - milliseconds of a clock that never goes back */
  take(key: string, now?: number): RateVerdict;
};

/** Requests that came close together and are forgotten together. */
type Slot = { beganAt: number; count: number };

/**
 * At most `limit` requests per key in any `windowMs`, counted in this process: a sliding window, precise to a sixtieth of
 * itself. Refused requests do not count, so a hasty client recovers. Memory is bounded: past `maxKeys` the key that was
 * idle longest is forgotten.
 */
export function createRateLimiter(options: {
  limit: number;
  windowMs: number;
  maxKeys?: number;
}): RateLimiter {
  const { limit, windowMs, maxKeys = MAX_KEYS } = options;
  const slotMs = windowMs / SLOTS_PER_WINDOW;
  const windowSeconds = Math.ceil(windowMs / 1_000);
  const slotsByKey = new Map<string, Slot[]>();

  /** The key's slots that still count. Moves the key to the end of the map, whose beginning is evicted. */
  const slotsOf = (key: string, now: number): Slot[] => {
    const slots = (slotsByKey.get(key) ?? []).filter((slot) => now - slot.beganAt < windowMs);
    slotsByKey.delete(key);
    slotsByKey.set(key, slots);
    if (slotsByKey.size > maxKeys) slotsByKey.delete(slotsByKey.keys().next().value ?? key);
    return slots;
  };

  return {
    take(key, now = performance.now()) {
      if (limit === 0)
        return { allowed: true, limit, remaining: 0, resetSeconds: windowSeconds, windowSeconds };

      const slots = slotsOf(key, now);
      const used = slots.reduce((sum, slot) => sum + slot.count, 0);
      const allowed = used < limit;
      if (allowed) count(slots, now, slotMs);

      const resetMs = (slots[0]?.beganAt ?? now) + windowMs - now;
      const remaining = allowed ? limit - used - 1 : 0;
      return {
        allowed,
        limit,
        remaining,
        resetSeconds: Math.max(1, Math.ceil(resetMs / 1_000)),
        windowSeconds,
      };
    },
  };
}

function count(slots: Slot[], now: number, slotMs: number): void {
  const last = slots.at(-1);
  if (last && now - last.beganAt < slotMs) last.count += 1;
  else slots.push({ beganAt: now, count: 1 });
}

/**
 * `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), and `Retry-After` (RFC 9110 §10.2.3) where
 * the request was refused. None where nothing is limited.
 */
export function rateLimitHeaders(verdict: RateVerdict, policy = "default"): Record<string, string> {
  if (verdict.limit === 0) return {};
  return {
    "ratelimit-policy": `"${policy}";q=${verdict.limit};w=${verdict.windowSeconds}`,
    ratelimit: `"${policy}";r=${verdict.remaining};t=${verdict.resetSeconds}`,
    ...(verdict.allowed ? {} : { "retry-after": String(verdict.resetSeconds) }),
  };
}
