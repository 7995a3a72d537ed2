import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

import { isSameAddress, rangeOf } from "#src/net/addresses.ts";
import { compileExceptions } from "#src/net/exceptions.ts";
import { endpointOf, notAllowed, readTarget, type Target } from "#src/net/target.ts";
import type { EgressException } from "#src/settings.ts";

export type EgressPolicyOptions = {
  /** For an app that only its own machine can reach. Opens loopback addresses and nothing else. */
  allowLoopback: boolean;
  exceptions: readonly EgressException[];
  /** Where the app itself is found. It does not call itself, unless an exception or `allowLoopback` says so. */
  ownUrl?: URL;
  /** Asked at every dial, since addresses come and go. Those of this machine's interfaces unless given. */
  ownAddresses?: () => readonly string[];
};

export type EgressPolicy = {
  /**
   * Reads a URL and refuses what can be refused without the network.
   *
   * @throws {EgressError} `refused`
   */
  target(url: string | URL): Target;
  /** Whether a connection to this address may be made for this target. */
  allows(target: Target, address: string): boolean;
};

export function createEgressPolicy(options: EgressPolicyOptions): EgressPolicy {
  const isOpened = compileExceptions(options.exceptions);
  const ownAddresses = options.ownAddresses ?? interfaceAddresses;
  const own = options.ownUrl && !options.allowLoopback ? endpointOf(options.ownUrl) : null;

  const allows = (target: Target, address: string): boolean => {
    if (isOpened(target, address)) return true;
    if (target.hostname === own?.hostname && target.port === own.port) return false;
    const range = rangeOf(address);
    if (range === "loopback") return options.allowLoopback;
    return range === "public" && !ownAddresses().some((ours) => isSameAddress(ours, address));
  };

  return {
    target(url) {
      const target = readTarget(url);
      const known = knownAddresses(target.hostname);
      if (known.length > 0 && !known.some((address) => allows(target, address))) throw notAllowed(target);
      return target;
    },
    allows,
  };
}

/** What a host stands for without asking anybody: an address for itself, `localhost` for loopback (RFC 6761 §6.3). */
function knownAddresses(hostname: string): readonly string[] {
  if (isIP(hostname) !== 0) return [hostname];
  return /(^|\.)localhost$/.test(hostname) ? ["127.0.0.1", "::1"] : [];
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap(
    (entries) => entries?.map((entry) => entry.address) ?? [],
  );
}
