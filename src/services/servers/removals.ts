import { notFound } from "#src/errors.ts";
import { list } from "#src/services/audit-events.ts";
import type { Ctx } from "#src/services/context.ts";

/** What became of a server that was deleted, as the audit log keeps it. */
export type Removal = {
  name: string;
  at: string;
  members: number;
  revocations: { confirmed: number; unsupported: number; failed: number };
};

/** @throws {AppError} `not_found` for a server that was never there, or still is */
export async function removalOf(ctx: Ctx, id: number): Promise<Removal> {
  const filter = { action: "server.deleted", memberId: null, targetType: "server", targetId: String(id) };
  const { items } = await list(ctx, filter, { limit: 1, cursor: null });
  const [event] = items;
  if (!event) throw notFound();
  const { members, revocations } = event.details as Pick<Removal, "members" | "revocations">;
  return { name: event.target.name ?? "The server", at: event.at, members, revocations };
}
