export { create, type CreateInput } from "#src/services/servers/create.ts";
export { offerName } from "#src/services/servers/free-name.ts";
export { get } from "#src/services/servers/find.ts";
export type { ServerInput } from "#src/services/servers/input.ts";
export { list, type ListInput, sortFields } from "#src/services/servers/list.ts";
export {
  type CatalogCounts,
  countByStatus,
  getWatched,
  listWatched,
  type Need,
  type Needs,
  needs,
  type ServerStatus,
  serverStatuses,
  type WatchedServer,
} from "#src/services/servers/outlook.ts";
export type { McpServer } from "#src/services/servers/present.ts";
export { remove } from "#src/services/servers/remove.ts";
export { disable } from "#src/services/servers/disable.ts";
export { enable } from "#src/services/servers/enable.ts";
export { update } from "#src/services/servers/update.ts";
