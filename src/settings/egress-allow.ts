import { isIP, isIPv4 } from "node:net";

/**
 * A target outside the public internet that the operator allows, at exactly one port. Either `host`: a name or address
 * as the URL parser spells it (lower case, IPv6 without brackets), matched against the URL's host. Or `cidr`: a range,
 * matched against the address that is about to be dialled.
 */
export type EgressException = { host?: string; cidr?: string; port: number };

const ENTRY =
  /^(?:\[(?<bracketed>[0-9A-Fa-f:.]+)\]|(?<bare>[^\s/?#@\\[\]%*]+?))(?:\/(?<prefix>\d{1,3}))?:(?<port>\d{1,5})$/;

/**
 * Reads one exception: `intranet.example:8443`, `10.1.2.3:80`, `[::1]:3000`, `10.0.0.0/8:443`, `[fd00::]/8:443` or
 * `fd00::/8:443`. An IPv6 address without brackets needs its prefix: `::1:3000` could be either.
 */
export function parseEgressException(text: string): EgressException | null {
  const { bracketed, bare, prefix, port: portText } = ENTRY.exec(text)?.groups ?? {};
  const host = bracketed ?? bare;
  const port = Number(portText);
  if (host === undefined || port < 1 || port > 65_535) return null;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return null;

  if (prefix === undefined) {
    const hostname = bare?.includes(":") ? null : hostnameOf(bracketed === undefined ? host : `[${host}]`);
    return hostname === null ? null : { host: hostname, port };
  }
  const bits = Number(prefix);
  if (isIP(host) === 0 || bits > (isIPv4(host) ? 32 : 128)) return null;
  return { cidr: `${host.toLowerCase()}/${bits}`, port };
}

/** As the parser that dials would spell it. */
function hostnameOf(host: string): string | null {
  const url = URL.parse(`http://${host}/`);
  return url ? url.hostname.replace(/^\[|\]$/g, "") : null;
}
