import { isIP } from "node:net";

import { EgressError } from "#src/net/errors.ts";
import { isForbiddenPort } from "#src/net/ports.ts";

/** Where a request goes, taken once from the parsed URL: what is judged is what is dialled. */
export type Target = Endpoint & { readonly url: URL; readonly isSecure: boolean };

/** `hostname` is without brackets and without a final dot. */
export type Endpoint = { readonly hostname: string; readonly port: number };

/** @throws {EgressError} `refused` for what no setting would allow: other schemes, user names, ports of other protocols */
export function readTarget(input: string | URL): Target {
  const url = URL.parse(input);
  if (!url) throw refused("This is not a URL that can be called.");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refused("Only https and http URLs are called.");
  if (url.username !== "" || url.password !== "")
    throw refused("A URL that carries a user name or a password is not called.");

  const endpoint = endpointOf(url);
  if (isForbiddenPort(endpoint.port))
    throw refused("This port belongs to a protocol other than HTTP and is not called.");
  return { ...endpoint, url, isSecure: url.protocol === "https:" };
}

export function endpointOf(url: URL): Endpoint {
  return {
    hostname: plainHostname(url.hostname),
    port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
  };
}

/** `[::1]` and `::1` are one host, `example.com.` and `example.com` are one name. */
export function plainHostname(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/**
 * One wording, whatever the reason was and whatever the network said, so that nobody maps a network by asking.
 *
 * A name that does not exist and one that leads inside are refused alike, stage and code included: else members could find
 * out which names there are inside. So both possibilities are told, the typing mistake first, because it is the likely one.
 * Only of an address, which tells nothing that its sender did not know, less is said. What was refused, and the setting
 * that would allow it, stands in `setting`.
 */
export function notAllowed({ hostname, port }: Endpoint): EgressError {
  const version = isIP(hostname);
  const host = version === 6 ? `[${hostname}]` : hostname;
  return refused(version === 0 ? nameNotAllowed : addressNotAllowed, `EGRESS_ALLOW=${host}:${port}`);
}

const nameNotAllowed =
  "No address on the public internet is known for this name. Check that it is spelled right; if the server is inside your " +
  "network, the operator has to allow it with EGRESS_ALLOW=host:port.";
const addressNotAllowed =
  "The egress policy of this installation does not allow this address: only the public internet is called. The operator can " +
  "allow others with EGRESS_ALLOW=host:port.";

function refused(message: string, setting: string | null = null): EgressError {
  return new EgressError("refused", "dns", message, { setting });
}
