import ipaddr from "ipaddr.js";
import { isIP } from "node:net";

/** `special` is everything that nobody on the public internet can own: private, shared, multicast, tunnelled, reserved. */
export type AddressRange = "public" | "loopback" | "linkLocal" | "special";

/** Azure's wire server: inside the public range, but it answers each virtual machine with that machine's own secrets. */
const AZURE_WIRE_SERVER = "168.63.129.16";

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Which kind of place an IP address is, after the special-purpose registries of IANA (RFC 6890).
 *
 * IPv4 inside IPv6 (mapped, 6to4, NAT64, Teredo) is `special` whatever it wraps, so no second notation of an address is
 * ever judged differently. So is what is no address, or carries a zone id.
 */
export function rangeOf(address: string): AddressRange {
  const parsed = parseAddress(address);
  if (!parsed) return "special";

  const range = parsed.range();
  if (range === "loopback" || range === "linkLocal") return range;
  if (range !== "unicast" || parsed.toString() === AZURE_WIRE_SERVER) return "special";
  // The library calls unicast whatever no list names; IANA has handed out nothing beyond 2000::/3.
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST) ? "public" : "special";
}

/** A range in CIDR notation, asked many times. An IPv4 range holds no IPv6 address, mapped ones included. */
export class Cidr {
  /** The kind of its first address. */
  readonly startsIn: AddressRange;
  readonly #network: readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

  /** @throws {Error} when the notation is not CIDR */
  constructor(notation: string) {
    const [network, bits] = ipaddr.parseCIDR(notation);
    this.#network = [network, bits];
    this.startsIn = rangeOf(network.toString());
  }

  contains(address: string): boolean {
    const parsed = parseAddress(address);
    const [network, bits] = this.#network;
    return parsed !== null && parsed.kind() === network.kind() && parsed.match(network, bits);
  }
}

/** Two spellings of one address are equal; what is no address equals nothing. */
export function isSameAddress(one: string, other: string): boolean {
  const first = parseAddress(one);
  return first !== null && first.toNormalizedString() === parseAddress(other)?.toNormalizedString();
}

/** The library alone would also take `0x7f.1` and zone ids. */
function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return isIP(address) === 0 || address.includes("%") ? null : ipaddr.parse(address);
}
