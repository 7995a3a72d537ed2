import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";

import type { Agents } from "#src/net/agents.ts";
import { asEgressError, EgressError } from "#src/net/errors.ts";
import type { Limits } from "#src/net/limits.ts";
import { asLookup, type Resolve, vettedAddresses } from "#src/net/lookup.ts";
import type { Outgoing } from "#src/net/outgoing.ts";
import type { EgressPolicy } from "#src/net/policy.ts";
import { notAllowed, type Target } from "#src/net/target.ts";
import type { Watch } from "#src/net/watch.ts";

/** What every request of one guarded fetch shares. */
export type Means = { readonly policy: EgressPolicy; readonly resolve: Resolve; readonly agents: Agents };

/** What is particular to this request. */
export type Call = { readonly limits: Limits; readonly isFresh: boolean; readonly watch: Watch };

/** A server that sends more `1xx` answers than this before its real one means harm. */
const MAX_INFORMATIONAL = 32;

/**
 * Sends one request over a vetted connection.
 *
 * @param target - from `policy.target`, which has vetted hosts that are addresses: for those no look-up happens
 * @returns the response, its headers complete and its body unread. Ending the watch still closes it
 * @throws {EgressError} with the stage it broke at, or the reason the watch was ended with
 */
export async function dial(
  means: Means,
  target: Target,
  outgoing: Outgoing,
  call: Call,
): Promise<http.IncomingMessage> {
  const { watch } = call;
  watch.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const request = open(means, target, outgoing, call);

  // After an answer too: a parser that stumbles over what follows it would otherwise take the process down.
  let isSettled = false;
  const fail = (error: unknown) => {
    request.destroy();
    if (isSettled) return;
    isSettled = true;
    watch.leave(false);
    reject(error);
  };
  request.on("error", (error) => fail(asEgressError(error, watch.stage)));
  request.on("response", (response) => {
    isSettled = true;
    watch.leave(true);
    resolve(response);
  });

  const onEnding = () => fail(watch.signal.reason);
  watch.signal.addEventListener("abort", onEnding, { once: true });
  request.once("close", () => watch.signal.removeEventListener("abort", onEnding));

  followSocket(request, means, target, call, fail);
  refuseOddAnswers(request, fail);
  request.end(outgoing.body ?? undefined);
  return promise;
}

function open(
  { policy, resolve, agents }: Means,
  target: Target,
  outgoing: Outgoing,
  call: Call,
): http.ClientRequest {
  const { limits, watch, isFresh } = call;
  return (target.isSecure ? https : http).request({
    agent: agents.for(target, isFresh),
    method: outgoing.method,
    hostname: target.hostname,
    port: target.port,
    path: target.url.pathname + target.url.search,
    headers: Object.fromEntries(outgoing.headers),
    lookup: asLookup(async () => {
      watch.enter("dns", limits.dnsMs);
      const addresses = await vettedAddresses(target, policy, resolve);
      watch.enter("connect", limits.connectMs);
      return addresses;
    }),
  });
}

/** Moves the watch from stage to stage as the connection comes about. One that is used again is past all but the last. */
function followSocket(
  request: http.ClientRequest,
  { policy }: Means,
  target: Target,
  { limits, watch }: Call,
  fail: (error: unknown) => void,
): void {
  const exchange = () => watch.enter("http", limits.firstByteMs);

  request.on("socket", (socket) => {
    if (request.reusedSocket) return exchange();
    if (isIP(target.hostname) !== 0) {
      watch.enter("dns", limits.dnsMs);
      watch.enter("connect", limits.connectMs);
    }
    socket.once("connect", () => {
      // Says the same as the look-up did, unless the runtime went its own way.
      if (!policy.allows(target, socket.remoteAddress ?? "")) return fail(notAllowed(target));
      if (target.isSecure) watch.enter("tls", limits.connectMs);
      else exchange();
    });
    if (target.isSecure) socket.once("secureConnect", exchange);
  });
}

function refuseOddAnswers(request: http.ClientRequest, fail: (error: unknown) => void): void {
  let informational = 0;
  request.on("information", () => {
    informational += 1;
    if (informational > MAX_INFORMATIONAL) fail(notHttp("too many informational answers"));
  });
  request.on("upgrade", (_response, socket) => {
    socket.destroy();
    fail(notHttp("another protocol than asked for"));
  });
}

function notHttp(what: string): EgressError {
  return new EgressError("failed", "http", `The server answered with ${what}.`);
}
