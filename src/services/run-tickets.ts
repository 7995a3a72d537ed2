import { randomBytes } from "node:crypto";
import * as rows from "#src/db/run-tickets.ts";
import type { Ctx } from "#src/services/context.ts";

/*
 * A form that calls a tool carries a ticket, good for one call: a double click, a reload of the answer or a request that
 * arrives twice calls nothing again. Nothing is stored until it is used.
 */

/** What a ticket is for; of no other member's, and of no other tool. */
type Run = { serverId: number; tool: string };

export type Ticket = { nonce: string; expiresAt: Date };

const purpose = "run-ticket";
const validMs = 24 * 60 * 60 * 1_000;
const ticketShape = /^([0-9]{13})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

export function issue(ctx: Ctx, run: Run): string {
  const expiresMs = String(Date.now() + validMs);
  const nonce = randomBytes(16).toString("base64url");
  return `${expiresMs}.${nonce}.${ctx.keyring.sign(purpose, signed(ctx, run, expiresMs, nonce))}`;
}

/** @returns null for what we did not give out to this member for this tool, or too long ago */
export function read(ctx: Ctx, run: Run, text: string): Ticket | null {
  const [, expiresMs = "", nonce = "", signature = ""] = ticketShape.exec(text) ?? [];
  if (!ctx.keyring.verify(purpose, signed(ctx, run, expiresMs, nonce), signature)) return null;
  const expiresAt = new Date(Number(expiresMs));
  return expiresAt.getTime() > Date.now() ? { nonce, expiresAt } : null;
}

/** @returns whether it was good for a call until now */
export const claim = (ctx: Ctx, ticket: Ticket): Promise<boolean> =>
  rows.claim(ctx.db, { workspaceId: ctx.member.workspaceId, ...ticket });

/** The name of the tool comes last: of all parts it alone may hold anything. */
const signed = ({ member }: Ctx, { serverId, tool }: Run, expiresMs: string, nonce: string): string =>
  [member.workspaceId, member.id, serverId, expiresMs, nonce, tool].join("/");
