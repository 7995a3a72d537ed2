import * as leases from "#src/db/credential-leases.ts";
import type { GrantEnd } from "#src/db/schema.ts";
import { auditByApp } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";
import { keyOf } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

const sentences: Record<GrantEnd, (name: string) => string> = {
  refused: (name) => `${name} no longer accepts your sign-in: it has run out there, or somebody ended it.`,
  answer_lost: (name) =>
    `Your sign-in at ${name} was lost on the way: while it was renewed, the answer did not reach us, and the old one is used up.`,
  not_renewable: (name) => `Your sign-in at ${name} has run out, and ${name} gave no way to renew it.`,
  client_unknown: (name) => `${name} no longer knows Switchyard as the client that you signed in with.`,
};

/** Why a member's sign-in is over, in words for that member. */
export const endingOf = (name: string, reason: GrantEnd): string => sentences[reason](name);

/**
 * Ends a grant that its holder was refused, and leaves word of it for member and admins.
 *
 * @returns false where the lease was no longer the holder's, so that somebody else's word counts
 */
export async function endGrant(
  { db, log }: Pick<Deps, "db" | "log">,
  server: Server,
  { memberId, holder, reason }: { memberId: number; holder: string; reason: GrantEnd },
): Promise<boolean> {
  const hasEnded = await db.transaction(async (tx) => {
    if (!(await leases.expire(tx, keyOf(server, memberId), holder, reason))) return false;
    await auditByApp(tx, server.workspaceId, {
      action: "credential.ended",
      target: { type: "server", id: server.id, name: server.name },
      details: { memberId, reason },
    });
    await announce({ db: tx }, server);
    return true;
  });
  if (hasEnded) log.info({ serverId: server.id, memberId, reason }, "grant ended");
  return hasEnded;
}
