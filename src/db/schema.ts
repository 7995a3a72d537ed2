/*
 * Every table of a workspace carries `workspace_id`, and its keys and unique indexes begin with it, so that the whole
 * schema can be distributed by workspace. Accounts, sessions, workspaces and installation are the shared rest.
 */

export * from "#src/db/schema/activity.ts";
export * from "#src/db/schema/credentials.ts";
export * from "#src/db/schema/oauth.ts";
export * from "#src/db/schema/people.ts";
export * from "#src/db/schema/servers.ts";
export { workspaces } from "#src/db/schema/workspaces.ts";
