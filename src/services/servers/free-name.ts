import * as rows from "#src/db/servers.ts";
import type { Ctx } from "#src/services/context.ts";

/** A name to offer for a new server: the wanted one, or with a number where the workspace has it. */
export const offerName = async ({ db, member }: Ctx, wanted: string): Promise<string> =>
  freeName(wanted, await rows.namesLike(db, member.workspaceId, numberedStart(wanted)));

/** @param used - in lower case */
export function freeName(wanted: string, used: Set<string>): string {
  let name = wanted;
  for (let number = 2; used.has(name.toLowerCase()); number++) name = `${numberedStart(wanted)} ${number}`;
  return name;
}

/** With a number it still has at most 80 characters. */
const numberedStart = (name: string): string => [...name].slice(0, 75).join("").trimEnd();
