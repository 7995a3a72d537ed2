import { serverStatuses, type ServerStatus } from "#src/services/servers/index.ts";
import type { ListInput } from "#src/services/servers/list.ts";
import type { ServerFilter } from "#views/servers/filter.tsx";

const perPage = 200;

type Order = Pick<ListInput, "sortBy" | "sortOrder">;
const byName: Order = { sortBy: "name", sortOrder: "asc" };

const orders: Record<string, Order> = {
  newest: { sortBy: "createdAt", sortOrder: "desc" },
  changed: { sortBy: "updatedAt", sortOrder: "desc" },
  members: { sortBy: "memberCount", sortOrder: "desc" },
};

/** What the URL says. What is none of this page's words is left out, as if it were not there. */
export function filterIn(query: URLSearchParams): ServerFilter {
  const status = query.get("status") ?? "";
  const sort = query.get("sort") ?? "";
  return {
    q: (query.get("q") ?? "").toWellFormed().replaceAll("\0", "").slice(0, 200),
    status: status === "mine" || isStatus(status) ? status : "",
    sort: Object.hasOwn(orders, sort) ? sort : "",
    cursor: query.get("cursor") ?? "",
  };
}

export const listInputOf = ({ q, status, sort, cursor }: ServerFilter): ListInput => ({
  ...(orders[sort] ?? byName),
  q: q.trim() || null,
  state: null,
  enabled: null,
  status: status === "" || status === "mine" ? null : status,
  needsViewer: status === "mine",
  limit: perPage,
  cursor: cursor || null,
});

const isStatus = (text: string): text is ServerStatus => serverStatuses.some((status) => status === text);
