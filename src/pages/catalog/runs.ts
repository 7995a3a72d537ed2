import { createHash } from "node:crypto";
import { createShortMemory } from "#src/lib/short-memory.ts";
import { type Input, noTurn, type Turn } from "#src/pages/catalog/turn.ts";
import type { callTool, InputRequired } from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import * as tickets from "#src/services/run-tickets.ts";

export type ToolResult = Exclude<Awaited<ReturnType<typeof callTool>>, InputRequired>;

/** A form that was sent, and the ticket that came with it. */
type Sent = { ctx: Ctx; serverId: number; tool: string; ticket: string; input: Input };
type Run = () => Promise<Turn<ToolResult>>;

/** Runs what a form asks for, once for each form that was given out. */
export type Runs = (sent: Sent, run: Run) => Promise<Turn<ToolResult>>;

const strangeTicket =
  "This form is more than a day old, or was not made for you and this tool. Nothing was called. Look it through and send it again.";
const spentTicket =
  "This form was sent already, so the tool was not called again. What came of the first time is not here to be shown, and it may still be at it. To call it again, send the form again.";

/**
 * Of those who send the same form, over all instances, one runs it: whoever claims its ticket in the database. What came
 * of that is kept here for a minute, for those who sent the same with it and came to this instance.
 *
 * A run belongs to all who wait for it. Whoever came first may be gone, as the first of two clicks is a request that the
 * browser gives up: that must not end it.
 */
export function createRuns(): Runs {
  const memory = createShortMemory<Turn<ToolResult> | null>({
    keepMs: 60_000,
    maxEntries: 500,
    maxChars: 16 * 1024 * 1024,
    charsOf: (turn) => JSON.stringify(turn).length,
  });
  return async (sent, run) => {
    const { ctx, input } = sent;
    const ticket = tickets.read(ctx, sent, sent.ticket);
    if (!ticket) return refused(sent, strangeTicket);
    const { value: turn, isRepeat } = await memory.once(keyOf(ctx, ticket, input), async () =>
      (await tickets.claim(ctx, ticket)) ? run() : null,
    );
    return turn ? { ...turn, isRepeat } : refused(sent, spentTicket);
  };
}

/** The account's own, in this workspace; and where anything else was typed, the answer to that is another one. */
function keyOf({ account, member }: Ctx, { nonce }: tickets.Ticket, { args, answers }: Input): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([args, answers]))
    .digest("base64url");
  return [member.workspaceId, account.id, nonce, digest].join("/");
}

const refused = ({ ctx, input: { args, asked } }: Sent, message: string): Turn<ToolResult> => ({
  ...noTurn,
  args,
  asked,
  refused: { message, fields: {}, requestId: ctx.requestId },
});
