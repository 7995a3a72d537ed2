import { isDeepStrictEqual } from "node:util";
import type { ServerChange } from "#src/db/servers.ts";
import type { Server } from "#src/services/servers/find.ts";

/**
 * What a change would really change; null where that is nothing, and so nothing is written, told or closed.
 *
 * A secret that is given counts as another one even where it is the same: else whoever may set it could find it out by
 * guessing.
 */
export function differenceFrom(server: Server, change: ServerChange): ServerChange | null {
  const present: ServerChange = server;
  const names = Object.keys(change).filter((name): name is keyof ServerChange => name in present);
  const changed = names.filter((name) => !isDeepStrictEqual(change[name], present[name]));
  if (changed.length === 0) return null;
  return Object.fromEntries(changed.map((name) => [name, change[name]]));
}
