import { createAgents } from "#src/net/agents.ts";
import { type Call, dial, type Means } from "#src/net/dial.ts";
import { EgressError } from "#src/net/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "#src/net/limits.ts";
import { type Resolve, systemResolve } from "#src/net/lookup.ts";
import { type Outgoing, readOutgoing } from "#src/net/outgoing.ts";
import { createEgressPolicy, type EgressPolicyOptions } from "#src/net/policy.ts";
import { type RedirectMode, redirectTarget } from "#src/net/redirects.ts";
import { toResponse } from "#src/net/response.ts";
import type { Target } from "#src/net/target.ts";
import { type Trace, Watch } from "#src/net/watch.ts";

export { EgressError, type Limits };
export { type EgressKind, type EgressStage } from "#src/net/errors.ts";
export { type TraceEvent } from "#src/net/watch.ts";

export type GuardedInit = RequestInit & {
  limits?: Partial<Limits>;
  /** `none` unless given; the standard's `redirect` changes nothing. */
  followRedirects?: RedirectMode;
  /** A new connection for this request alone, so that every stage really happens. */
  fresh?: boolean;
  trace?: Trace;
};

export type GuardedFetch = {
  (input: string | URL | Request, init?: GuardedInit): Promise<Response>;
  /**
   * Whether a URL would be refused as it stands, without asking the network.
   *
   * @throws {EgressError} `refused`
   */
  check(url: string | URL): void;
  /** Ends every request and connection; nothing is sent after it. */
  close(): void;
};

export type GuardedFetchOptions = EgressPolicyOptions & {
  /** The system's resolver unless given. */
  resolve?: Resolve;
  /** Certificate authorities to trust in place of the built-in ones, PEM. */
  ca?: string;
};

/**
 * The only way out of the process: a `fetch` that calls what the egress policy allows and nothing else, at exactly the
 * address that was judged, within limits of time and size.
 *
 * It rejects with an `EgressError`, or with the reason of the caller's signal. Errors while the body is read are the same.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const policy = createEgressPolicy(options);
  const agents = createAgents(options.ca);
  const means: Means = { policy, agents, resolve: options.resolve ?? systemResolve };

  const guardedFetch = async (input: string | URL | Request, init: GuardedInit = {}): Promise<Response> => {
    const target = policy.target(input instanceof Request ? input.url : input);
    const outgoing = await readOutgoing(input, init);
    const limits = { ...DEFAULT_LIMITS, ...init.limits };
    const signal = init.signal ?? (input instanceof Request ? input.signal : null);
    const watch = new Watch(limits.totalMs, { signal, trace: init.trace });

    try {
      const call = { limits, watch, isFresh: init.fresh ?? false };
      return await follow(means, call, outgoing, { target, mode: init.followRedirects ?? "none" });
    } catch (error) {
      watch.end(error);
      watch.release();
      throw error;
    }
  };

  return Object.assign(guardedFetch, {
    check(url: string | URL) {
      policy.target(url);
    },
    close: agents.destroy,
  });
}

/** Every hop is judged and dialled like the first. */
async function follow(
  means: Means,
  call: Call,
  outgoing: Outgoing,
  route: { target: Target; mode: RedirectMode },
): Promise<Response> {
  let { target } = route;
  for (let hops = 0; ; hops += 1) {
    const message = await dial(means, target, outgoing, call);
    const asked = { url: target.url, method: outgoing.method };
    const next = redirectTarget(message, asked, route.mode, hops);
    if (next === null) return toResponse(message, asked, call.limits, call.watch);
    message.destroy();
    target = means.policy.target(next);
  }
}
