import { describe, expect, test } from "bun:test";
import { createRateLimiter, rateLimitHeaders } from "#src/lib/rate-limit.ts";

const MINUTE = 60_000;

/** How many of `count` requests at one moment are let through. */
function burst(
  limiter: ReturnType<typeof createRateLimiter>,
  key: string,
  now: number,
  count: number,
): number {
  return Array.from({ length: count }, () => limiter.take(key, now)).filter((verdict) => verdict.allowed)
    .length;
}

describe("a limit", () => {
  test("lets through exactly as many as it says", () => {
    const limiter = createRateLimiter({ limit: 1_200, windowMs: MINUTE });

    expect(burst(limiter, "ada", 0, 2_000)).toBe(1_200);
  });

  test("counts down, and tells when more is allowed", () => {
    const limiter = createRateLimiter({ limit: 2, windowMs: MINUTE });

    expect(limiter.take("ada", 0)).toMatchObject({ allowed: true, limit: 2, remaining: 1, resetSeconds: 60 });
    expect(limiter.take("ada", 10_000)).toMatchObject({ allowed: true, remaining: 0, resetSeconds: 50 });
    expect(limiter.take("ada", 20_500)).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 40 });
  });

  test("is each key's own", () => {
    const limiter = createRateLimiter({ limit: 1, windowMs: MINUTE });
    limiter.take("ada", 0);

    expect(limiter.take("bob", 0).allowed).toBe(true);
    expect(limiter.take("ada", 0).allowed).toBe(false);
  });

  test("is whole again after a window of silence", () => {
    const limiter = createRateLimiter({ limit: 10, windowMs: MINUTE });
    burst(limiter, "ada", 0, 10);

    expect(limiter.take("ada", MINUTE - 1).allowed).toBe(false);
    expect(burst(limiter, "ada", MINUTE, 20)).toBe(10);
  });

  test("keeps its word when told to come back", () => {
    const limiter = createRateLimiter({ limit: 5, windowMs: MINUTE });
    for (const now of [0, 7_000, 8_000, 30_000, 31_000]) limiter.take("ada", now);
    const refused = limiter.take("ada", 31_500);

    expect(refused.allowed).toBe(false);
    expect(limiter.take("ada", 31_500 + refused.resetSeconds * 1_000).allowed).toBe(true);
  });

  test("does not count what it refused, so a hasty client recovers", () => {
    const limiter = createRateLimiter({ limit: 1, windowMs: MINUTE });
    limiter.take("ada", 0);
    burst(limiter, "ada", 30_000, 1_000);

    expect(limiter.take("ada", MINUTE).allowed).toBe(true);
  });

  test("holds in every window, wherever it begins, to a sixtieth", () => {
    const limiter = createRateLimiter({ limit: 30, windowMs: MINUTE });
    const allowedAt: number[] = [];
    for (let now = 0; now < 5 * MINUTE; now += 137) if (limiter.take("ada", now).allowed) allowedAt.push(now);

    for (const start of allowedAt) {
      const inWindow = allowedAt.filter((at) => at >= start && at < start + MINUTE - MINUTE / 60);
      expect(inWindow.length).toBeLessThanOrEqual(30);
    }
    expect(allowedAt.length).toBeGreaterThanOrEqual(150);
  });

  test("of 0 limits nothing", () => {
    const limiter = createRateLimiter({ limit: 0, windowMs: MINUTE });

    expect(burst(limiter, "ada", 0, 5_000)).toBe(5_000);
  });

  test("remembers no more keys than it may, the busy ones longest", () => {
    const limiter = createRateLimiter({ limit: 1, windowMs: MINUTE, maxKeys: 100 });
    limiter.take("ada", 0);
    for (let stranger = 0; stranger < 99; stranger += 1) limiter.take(`stranger ${stranger}`, 1);
    limiter.take("ada", 2);
    limiter.take("newcomer", 3);

    expect(limiter.take("ada", 4).allowed).toBe(false);
    expect(limiter.take("stranger 0", 4).allowed).toBe(true);
  });

  test("uses a clock of its own", () => {
    const limiter = createRateLimiter({ limit: 1, windowMs: MINUTE });

    expect([limiter.take("ada").allowed, limiter.take("ada").allowed]).toEqual([true, false]);
  });
});

describe("headers", () => {
  const limiter = createRateLimiter({ limit: 1, windowMs: MINUTE });
  const allowed = limiter.take("ada", 0);
  const refused = limiter.take("ada", 500);

  test("tell quota and what is left", () => {
    expect(rateLimitHeaders(allowed)).toEqual({
      "ratelimit-policy": '"default";q=1;w=60',
      ratelimit: '"default";r=0;t=60',
    });
  });

  test("say when to come back, where the request was refused", () => {
    expect(rateLimitHeaders(refused, "sign-in")).toEqual({
      "ratelimit-policy": '"sign-in";q=1;w=60',
      ratelimit: '"sign-in";r=0;t=60',
      "retry-after": "60",
    });
  });

  test("are absent where nothing is limited", () => {
    const unlimited = createRateLimiter({ limit: 0, windowMs: MINUTE }).take("ada");

    expect(rateLimitHeaders(unlimited)).toEqual({});
  });
});
