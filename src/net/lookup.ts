import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";

import { asEgressError, codeOf } from "#src/net/errors.ts";
import type { EgressPolicy } from "#src/net/policy.ts";
import { notAllowed, type Target } from "#src/net/target.ts";

/** Every address of a name, A and AAAA. An empty list and a thrown `ENOTFOUND` both mean there is none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export const systemResolve: Resolve = async (hostname) =>
  (await systemLookup(hostname, { all: true, order: "verbatim" })).map(({ address }) => address);

/**
 * Every address a name has now, each of them allowed: a single one that is not refuses the name. A name without addresses
 * is refused in the same words, so that nobody learns which names exist inside.
 *
 * @throws {EgressError} `refused`; `failed` where the resolver itself is in trouble
 */
export async function vettedAddresses(
  target: Target,
  policy: EgressPolicy,
  resolve: Resolve,
): Promise<readonly string[]> {
  const addresses = await resolve(target.hostname).catch((error: unknown) => {
    if (codeOf(error) === "ENOTFOUND" || codeOf(error) === "ENODATA") return [];
    throw asEgressError(error, "dns");
  });
  if (addresses.length === 0 || !addresses.every((address) => policy.allows(target, address)))
    throw notAllowed(target);
  return addresses;
}

/**
 * The `lookup` of a socket that is about to connect. This is the only place where the address of a named host is chosen, so
 * between the check and the dial there is no second look-up that could answer differently.
 */
export function asLookup(addresses: () => Promise<readonly string[]>): LookupFunction {
  return (_hostname, options, callback) => {
    addresses().then(
      (list) => {
        const answers = list.map((address) => ({ address, family: isIP(address) }));
        const [first] = answers;
        if (options.all) callback(null, answers);
        else callback(null, first?.address ?? "", first?.family);
      },
      (error: unknown) => callback(asEgressError(error, "dns"), ""),
    );
  };
}
