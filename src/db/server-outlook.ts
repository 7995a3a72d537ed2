import { and, asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { accounts, credentials, members, servers, serverTests } from "#src/db/schema.ts";
import {
  isFailing,
  lacksClient,
  type Need,
  needOf,
  refusal,
  type ServerStatus,
  serverStatus,
  tellsOfServer,
} from "#src/db/server-status.ts";
import { contains, isOwnCredential, isVisibleTo, type Viewer } from "#src/db/servers.ts";

/*
 * What a page says of servers beyond what they are: how they do, since when, and what they want of whoever looks.
 */

export type OutlookRow = Awaited<ReturnType<typeof ofServers>>[number];

/** The first failure since the last success; null for a server that does not fail. */
const failingSince = sql<string | null>`case when ${isFailing} then
  (select to_char(min(test.tested_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    from ${serverTests} test where test.workspace_id = ${servers.workspaceId} and test.server_id = ${servers.id}
    and ${tellsOfServer} and test.id > coalesce((select max(test.id) from ${serverTests} test
      where test.workspace_id = ${servers.workspaceId} and test.server_id = ${servers.id} and test.success), 0)) end`;

const mostNamed = 3;

/** Who is connected, by name: those who were first. */
const connectedNames = sql<string[]>`(select coalesce(json_agg(first.name), '[]') from (
  select ${accounts.name} from ${credentials} connected
  join ${members} on ${members.workspaceId} = connected.workspace_id and ${members.id} = connected.member_id
  join ${accounts} on ${accounts.id} = ${members.accountId}
  where connected.workspace_id = ${servers.workspaceId} and connected.server_id = ${servers.id}
  order by connected.connected_at, connected.member_id limit ${mostNamed}) first)`;

/** Of servers that the viewer is known to see. */
export const ofServers = (db: Db, viewer: Viewer, ids: number[]) =>
  db
    .select({
      id: servers.id,
      status: serverStatus,
      need: needOf(viewer) as SQL<Need | null>,
      failingSince,
      connectedNames,
      counts: credentials.catalogCounts,
      lacksClient,
      refusal,
      endedBecause: credentials.endedBecause,
      issuer: servers.issuer,
      wantedScopes: credentials.wantedScopes,
      scopes: credentials.scopes,
    })
    .from(servers)
    .leftJoin(credentials, isOwnCredential(viewer))
    .where(and(eq(servers.workspaceId, viewer.workspaceId), inArray(servers.id, ids)));

const isListed = (viewer: Viewer, q: string | null) =>
  and(eq(servers.workspaceId, viewer.workspaceId), isVisibleTo(viewer), q === null ? undefined : contains(q));

/** How many there are of each status; one that nobody has is missing. */
export const countByStatus = (
  db: Db,
  viewer: Viewer,
  q: string | null,
): Promise<{ status: ServerStatus; count: number }[]> =>
  db
    .select({ status: serverStatus, count: sql<number>`count(*)::int` })
    .from(servers)
    .where(isListed(viewer, q))
    .groupBy(serverStatus);

const urgency = (viewer: Viewer): SQL =>
  sql`array_position(array['reconnect', 'more_access', 'accept_issuer', 'mend_oauth', 'sign_in', 'connect', 'set_up'], ${needOf(viewer)})`;

/** Servers that want something of the viewer, the most urgent first; `total` is the same in each row. */
export const needing = (db: Db, viewer: Viewer, q: string | null, limit: number) =>
  db
    .select({
      id: servers.id,
      name: servers.name,
      need: needOf(viewer) as SQL<Need>,
      total: sql<number>`(count(*) over ())::int`,
    })
    .from(servers)
    .where(and(isListed(viewer, q), sql`${needOf(viewer)} is not null`))
    .orderBy(asc(urgency(viewer)), asc(sql`lower(${servers.name})`))
    .limit(limit);
