import { AppError } from "#src/errors.ts";
import * as serverRows from "#src/db/servers.ts";
import type { Registration } from "#src/oauth/registration.ts";
import { audit } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Server } from "#src/services/servers/find.ts";

/**
 * Notes how our client came to be and where members' tokens come from: the server now waits for a member to authorize. The
 * first issuer is pinned by that, which the audit tells.
 *
 * @throws {AppError} `conflict` where somebody moved the server while it was being discovered
 */
export async function keepRegistration(
  ctx: Ctx,
  server: Server,
  found: { registration: Registration; issuer: string },
): Promise<void> {
  const { workspaceId, id, name } = server;
  const isKnown = server.registration === found.registration && server.issuer === found.issuer;
  if (isKnown && server.state !== "REGISTER") return;
  await ctx.db.transaction(async (tx) => {
    await serverRows.hold(tx, workspaceId, id, "update");
    const [before] = await serverRows.byIds(tx, workspaceId, [id]);
    if (!(await serverRows.keepRegistration(tx, server, found)))
      throw new AppError("conflict", `${name} was changed just now. Try again.`);
    if (before?.issuer === null || before?.state === "REGISTER")
      await audit(
        { ...ctx, db: tx },
        { action: "server.registered", target: { type: "server", id, name }, details: found },
      );
    await announce({ db: tx }, server);
  });
}
