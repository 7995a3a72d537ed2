import { AppError } from "#src/errors.ts";
import * as rows from "#src/db/servers.ts";
import { decodeCursor, encodeCursor } from "#src/lib/page-cursor.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Page, PageInput } from "#src/services/paging.ts";
import { viewerOf } from "#src/services/servers/find.ts";
import { type McpServer, present } from "#src/services/servers/present.ts";

export const sortFields = rows.sortFields;

export type ListInput = PageInput &
  Pick<rows.ListQuery, "sortBy" | "sortOrder" | "q" | "state" | "enabled" | "status" | "needsViewer">;

/**
 * The servers this member may see, one page of them.
 *
 * @throws {AppError} `bad_request` for a cursor that is none of this order's
 */
export async function list(ctx: Ctx, input: ListInput): Promise<Page<McpServer>> {
  const query: rows.ListQuery = {
    ...input,
    id: null,
    after: input.cursor === null ? null : positionOf(input.cursor, input),
    limit: input.limit + 1,
  };
  const found = await rows.list(ctx.db, viewerOf(ctx), query);
  const shown = found.slice(0, input.limit);
  const last = found.length > input.limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => present(ctx, row)),
    total: found[0]?.total ?? (await rows.count(ctx.db, viewerOf(ctx), query)),
    next: last ? encodeCursor([input.sortBy, input.sortOrder, last.sortKey, last.server.id]) : null,
  };
}

function positionOf(
  cursor: string,
  { sortBy, sortOrder }: ListInput,
): { value: string | number; id: number } {
  const [field, order, value, id] = decodeCursor(cursor) ?? [];
  const isOfThisOrder = field === sortBy && order === sortOrder;
  const isPosition = sortBy === "memberCount" ? isCount(value) : isText(value);
  if (isOfThisOrder && isPosition && isId(id)) return { value: value as string | number, id };
  throw new AppError(
    "bad_request",
    "This cursor does not belong to this list and order. Begin again without one.",
    { fields: { errors: [{ path: "/cursor", message: "This is no cursor of this list." }] } },
  );
}

const largest = 2_147_483_647;
const isText = (value: unknown) => typeof value === "string";
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largest;
const isId = (value: unknown): value is number => isCount(value) && value > 0;
