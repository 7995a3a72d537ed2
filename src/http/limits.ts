import { AppError } from "#src/errors.ts";
import { requestOf } from "#src/http/request.ts";
import { createRateLimiter, type RateLimiter, rateLimitHeaders } from "#src/lib/rate-limit.ts";
import type { Via } from "#src/services/context.ts";

const minute = 60_000;

/** Counted by this process. Each one throws `rate_limited`, and leaves its headers for the answer. */
export type Limits = ReturnType<typeof createLimits>;

/** What makes us call somebody else at a member's word alone. Each is counted by itself. */
export type Costly = "test" | "oauth-discovery";

/** @param perMinute - requests a minute per key or session; 0 turns every limit off */
export function createLimits(perMinute: number) {
  const limitOf = (limit: number) =>
    createRateLimiter({ limit: perMinute === 0 ? 0 : limit, windowMs: minute });
  const requests = limitOf(perMinute);
  const strangers = limitOf(perMinute);
  const costly: Record<Costly, RateLimiter> = { test: limitOf(60), "oauth-discovery": limitOf(60) };
  const signInsOfAccount = limitOf(10);
  const signInsFromAddress = limitOf(30);

  return {
    request: (request: Request, via: Via): void => take(requests, request, keyOf(via), "default"),
    /** A key or a session that did not hold: guessing is limited by address. */
    failedRequest: (request: Request, address: string): void =>
      take(strangers, request, address, "unauthenticated"),
    costly: (what: Costly, request: Request, via: Via): void => take(costly[what], request, keyOf(via), what),
    /** A step of a sign-in elsewhere, of which nobody knows yet whose it is. */
    signInStep: (request: Request, address: string): void =>
      take(signInsFromAddress, request, address, "sign-in-address"),
    signIn(request: Request, email: string, address: string): void {
      take(signInsFromAddress, request, address, "sign-in-address");
      take(signInsOfAccount, request, email.trim().toLowerCase(), "sign-in-account");
    },
  };
}

const keyOf = (via: Via): string =>
  via.kind === "session" ? `session:${via.idHash}` : `key:${via.workspaceId}/${via.id}`;

function take(limit: RateLimiter, request: Request, key: string, policy: string): void {
  const verdict = limit.take(key);
  Object.assign(requestOf(request).headers, rateLimitHeaders(verdict, policy));
  if (verdict.allowed) return;
  throw new AppError("rate_limited", `Too many requests. Try again in ${verdict.resetSeconds} seconds.`, {
    fields: { retryAfterSeconds: verdict.resetSeconds },
  });
}
