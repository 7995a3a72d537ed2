import { AppError } from "#src/errors.ts";
import { decodeCursor, encodeCursor } from "#src/lib/page-cursor.ts";
import type { Page, PageInput } from "#src/services/paging.ts";

type List<Row extends { id: number }, Item> = {
  /** Stands in the cursor, so that one list's is not taken for another's. */
  name: string;
  /** Up to `limit` rows behind the one with this id, in the list's order. */
  rows(position: { limit: number; after: number | null }): PromiseLike<Row[]>;
  total(): Promise<number>;
  /** What the id's column holds at most. */
  largestId?: number;
  present(row: Row): Item;
};

/**
 * One page of a list that is ordered by id alone, in either direction.
 *
 * @throws {AppError} `bad_request` for a cursor that this list did not give
 */
export async function pageById<Row extends { id: number }, Item>(
  list: List<Row, Item>,
  { limit, cursor }: PageInput,
): Promise<Page<Item>> {
  const after = cursor === null ? null : idIn(cursor, list);

  const found = await list.rows({ limit: limit + 1, after });

  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => list.present(row)),
    total: await list.total(),
    next: last ? encodeCursor([list.name, last.id]) : null,
  };
}

function idIn(
  cursor: string,
  { name, largestId = 2_147_483_647 }: { name: string; largestId?: number },
): number {
  const [listName, id] = decodeCursor(cursor) ?? [];
  if (listName !== name || typeof id !== "number" || id < 1 || id > largestId)
    throw new AppError("bad_request", "This cursor does not belong to this list. Begin again without one.", {
      fields: { errors: [{ path: "/cursor", message: "This is no cursor of this list." }] },
    });
  return id;
}
