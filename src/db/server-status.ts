import { type SQL, sql } from "drizzle-orm";
import { credentials, type Refusal, servers, serverTests } from "#src/db/schema.ts";
import type { Viewer } from "#src/db/servers.ts";

/** How a server is, for everybody alike. */
export const serverStatuses = [
  "ready",
  "failing",
  "needs_set_up",
  "needs_authorization",
  "disabled",
] as const;
export type ServerStatus = (typeof serverStatuses)[number];

/** What a server wants of one member before it answers them. */
export type Need =
  "set_up" | "accept_issuer" | "mend_oauth" | "sign_in" | "connect" | "reconnect" | "more_access";

/** A test that a member's sign-in failed, or that we ourselves put off, tells nothing of the server. */
export const tellsOfServer = sql`(test.failure is null or test.failure not in ('unauthorized', 'insufficient_scope', 'busy'))`;

export const isFailing = sql`coalesce((select not test.success from ${serverTests} test
  where test.workspace_id = ${servers.workspaceId} and test.server_id = ${servers.id} and ${tellsOfServer}
  order by test.id desc limit 1), false)`;

export const serverStatus = sql<ServerStatus>`(case
  when ${servers.state} = 'REGISTER' or ${servers.otherIssuer} is not null then 'needs_set_up'
  when ${servers.state} = 'AUTHORIZE' then 'needs_authorization'
  when not ${servers.enabled} then 'disabled'
  when ${isFailing} then 'failing'
  else 'ready' end)`;

/** Somebody has to register our OAuth client by hand, and has not yet. */
export const lacksClient = sql<boolean>`(coalesce(${servers.registration} = 'manual', false)
  and ${servers.oauth} ->> 'clientId' is null)`;

const own = (viewer: Viewer, column: SQL): SQL => sql`(select ${column} from ${credentials} own
  where own.workspace_id = ${servers.workspaceId} and own.server_id = ${servers.id} and own.member_id = ${viewer.memberId})`;

/** What its token endpoint refuses our refreshes with; null where it does not. */
export const refusal = sql<Refusal | null>`(select min(held.refusal) from ${credentials} held
  where held.workspace_id = ${servers.workspaceId} and held.server_id = ${servers.id})`;

/** Null where there is nothing for the viewer to do, or nothing that they could. */
export const needOf = (viewer: Viewer): SQL<Need | null> => {
  const orMend = (otherwise: SQL): SQL =>
    viewer.seesAll ? sql`case when ${refusal} is null then ${otherwise} else 'mend_oauth' end` : otherwise;
  return sql<Need | null>`(case
  when ${servers.otherIssuer} is not null then ${viewer.seesAll ? sql`'accept_issuer'` : sql`null`}
  when ${servers.state} = 'REGISTER' then case when ${servers.authType} = 'api_key' then 'connect'
    when ${servers.authType} = 'oauth' and not ${lacksClient} then 'sign_in' else 'set_up' end
  when ${servers.state} = 'AUTHORIZE' then 'sign_in'
  when not ${servers.enabled} then null
  else nullif(coalesce(${own(
    viewer,
    sql`case when own.status = 'expired' then 'reconnect'
    when own.wanted_scopes <> '{}' then 'more_access' else ${orMend(sql`'nothing'`)} end`,
  )}, ${orMend(sql`'connect'`)}), 'nothing') end)`;
};
