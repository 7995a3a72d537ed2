import { AppError } from "#src/errors.ts";
import * as serverRows from "#src/db/servers.ts";
import type { Registration } from "#src/oauth/registration.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Server } from "#src/services/servers/find.ts";

/**
 * Notes how our client came to be and where members' tokens come from: the server now waits for a member to authorize.
 *
 * @throws {AppError} `conflict` where somebody moved the server while it was being discovered
 */
export async function keepRegistration(
  ctx: Pick<Ctx, "db">,
  server: Server,
  found: { registration: Registration; issuer: string },
): Promise<void> {
  const isKnown = server.registration === found.registration && server.issuer === found.issuer;
  if (isKnown && server.state !== "REGISTER") return;
  if (!(await serverRows.keepRegistration(ctx.db, server, found)))
    throw new AppError("conflict", `${server.name} was changed just now. Try again.`);
  await announce(ctx, server);
}
