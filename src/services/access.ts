import { isDeepStrictEqual } from "node:util";
import { invalidFields } from "#src/errors.ts";
import * as credentialRows from "#src/db/credentials.ts";
import * as chosenRows from "#src/db/server-members.ts";
import * as serverRows from "#src/db/servers.ts";
import { audit } from "#src/services/audit-events.ts";
import type { Ctx } from "#src/services/context.ts";
import { dropCredentials } from "#src/services/credential-drops.ts";
import { find } from "#src/services/servers/find.ts";

/** Who may see and use a server: everyone in the workspace, or chosen members beside those who hold `apps:admin`. */
export type Access = { access: "everyone" | "restricted"; memberIds: number[] };

/** @throws {AppError} `not_found` */
export async function get(ctx: Ctx, serverId: number): Promise<Access> {
  const { server } = await find(ctx, serverId);
  return { access: server.access, memberIds: await chosenRows.chosen(ctx.db, server.workspaceId, server.id) };
}

/**
 * Whoever loses access loses the credential as well.
 *
 * @throws {AppError} `not_found`; `invalid` where one of the ids is no member here
 */
export async function set(
  ctx: Ctx,
  serverId: number,
  input: { access: Access["access"]; memberIds?: number[] },
): Promise<Access> {
  const { server } = await find(ctx, serverId);
  const asked = input.access === "everyone" ? [] : (input.memberIds ?? []);
  const existing = await chosenRows.existing(ctx.db, server.workspaceId, asked);
  const strangers = asked.flatMap((id, index) =>
    existing.has(id) ? [] : [{ path: `/memberIds/${index}`, message: "This is no member of the workspace." }],
  );
  if (strangers.length > 0) throw invalidFields(strangers);
  const memberIds = [...existing].sort((a, b) => a - b);
  const present = await chosenRows.chosen(ctx.db, server.workspaceId, server.id);
  if (server.access === input.access && isDeepStrictEqual(present, memberIds))
    return { access: server.access, memberIds };

  await dropCredentials(
    ctx,
    server,
    async (tx) =>
      input.access === "everyone"
        ? []
        : credentialRows.removeOfOthers(tx, server.workspaceId, server.id, memberIds),
    async (tx, disconnected) => {
      await serverRows.update(tx, server.workspaceId, server.id, { access: input.access });
      await chosenRows.choose(tx, server.workspaceId, server.id, memberIds);
      await audit(
        { ...ctx, db: tx },
        {
          action: "server.access_changed",
          target: { type: "server", id: server.id, name: server.name },
          details: { access: input.access, memberIds, disconnected },
        },
      );
    },
  );
  return { access: input.access, memberIds };
}
