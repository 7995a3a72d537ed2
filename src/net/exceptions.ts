import { isIP } from "node:net";

import { Cidr, rangeOf } from "#src/net/addresses.ts";
import { type Endpoint, plainHostname } from "#src/net/target.ts";
import type { EgressException } from "#src/settings.ts";

/** Whether the operator opened this address for this host and port. */
export type Opens = (target: Endpoint, address: string) => boolean;

/** An exception opens exactly its host or its range, at exactly its port. */
export function compileExceptions(exceptions: readonly EgressException[]): Opens {
  const compiled = exceptions.map(compile);
  return (target, address) => compiled.some((opens) => opens(target, address));
}

/** Link-local is where clouds keep their credentials: no name and no wider range opens it, only an exception written so. */
function compile({ host, cidr, port }: EgressException): Opens {
  if (cidr !== undefined) {
    const range = new Cidr(cidr);
    return (target, address) =>
      target.port === port &&
      range.contains(address) &&
      (range.startsIn === "linkLocal" || rangeOf(address) !== "linkLocal");
  }
  const hostname = plainHostname(host ?? "");
  return (target, address) =>
    target.port === port &&
    target.hostname === hostname &&
    (isIP(hostname) !== 0 || rangeOf(address) !== "linkLocal");
}
