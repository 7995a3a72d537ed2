import { type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";
import { credentials, oauthClients, oauthFlows, revocations, servers } from "#src/db/schema.ts";

/** The columns that hold sealed texts, each with what its texts are bound to. */
export type Bound = {
  credentials: { workspaceId: string; serverId: number; memberId: number; url: string };
  servers: { workspaceId: string; appUuid: string; url: string };
  oauth_clients: { workspaceId: string; serverId: number; issuer: string; redirectUri: string };
  oauth_flows: { workspaceId: string; stateHash: string };
  revocations: { workspaceId: string; id: string };
};

export type SealedPlace = keyof Bound;

/** Where a row stands in its table. */
export type RowKey = readonly (string | number)[];

export type SealedRow<Place extends SealedPlace> = { key: RowKey; sealed: string; bound: Bound[Place] };

type Column<Of> = {
  table: PgTable;
  sealed: PgColumn;
  key: readonly PgColumn[];
  bound: { [Name in keyof Of]: PgColumn };
  /** What has to stand beside for the binding. */
  beside?: SQL;
  /** Rows that are left alone for now. */
  isBusy?: SQL;
  /** Rows that nobody reads any more. */
  isOver?: SQL;
};

/**
 * A credential that is being refreshed is left alone: who refreshes compares what stands there with what it began with,
 * and the answer may come a little later than the lease ends.
 */
const isRefreshing = sql`${credentials.leaseUntil} > now() - interval '1 minute'`;

const columns: { [Place in SealedPlace]: Column<Bound[Place]> } = {
  credentials: {
    table: credentials,
    sealed: credentials.sealed,
    key: [credentials.workspaceId, credentials.serverId, credentials.memberId],
    bound: {
      workspaceId: credentials.workspaceId,
      serverId: credentials.serverId,
      memberId: credentials.memberId,
      url: servers.url,
    },
    beside: sql`join ${servers} on ${servers.workspaceId} = ${credentials.workspaceId} and ${servers.id} = ${credentials.serverId}`,
    isBusy: isRefreshing,
  },
  servers: {
    table: servers,
    sealed: servers.oauthSecret,
    key: [servers.workspaceId, servers.id],
    bound: { workspaceId: servers.workspaceId, appUuid: servers.appUuid, url: servers.url },
  },
  oauth_clients: {
    table: oauthClients,
    sealed: oauthClients.clientSecret,
    key: [oauthClients.workspaceId, oauthClients.serverId, oauthClients.issuer, oauthClients.redirectUri],
    bound: {
      workspaceId: oauthClients.workspaceId,
      serverId: oauthClients.serverId,
      issuer: oauthClients.issuer,
      redirectUri: oauthClients.redirectUri,
    },
  },
  oauth_flows: {
    table: oauthFlows,
    sealed: oauthFlows.sealed,
    key: [oauthFlows.workspaceId, oauthFlows.stateHash],
    bound: { workspaceId: oauthFlows.workspaceId, stateHash: oauthFlows.stateHash },
    isOver: sql`${oauthFlows.expiresAt} <= now()`,
  },
  revocations: {
    table: revocations,
    sealed: revocations.sealed,
    key: [revocations.workspaceId, revocations.id],
    bound: { workspaceId: revocations.workspaceId, id: revocations.id },
  },
};

/** In the order in which they are gone through. */
export const sealedPlaces = Object.keys(columns) as SealedPlace[];

/** How many rows each key has sealed, by table. */
export function countByKey(db: Db): Promise<{ place: SealedPlace; keyId: string; count: number }[]> {
  const texts = sealedPlaces.map((place) => {
    const { table, sealed, isOver } = columns[place];
    return sql`select ${place}::text as place, ${sealed} as sealed from ${table}
      where ${sealed} is not null and ${isNot(isOver)}`;
  });
  return rowsOf(
    db,
    sql`select place, split_part(sealed, ':', 2) as "keyId", count(*)::int as count
      from (${sql.join(texts, sql` union all `)}) as texts group by 1, 2 order by 1, 2`,
  );
}

/**
 * Takes some rows that are not sealed as they should be, until the transaction ends; rows that somebody else has taken are
 * passed over.
 *
 * @param wanted.prefix - what a row begins with that needs nothing
 * @param wanted.after - only rows beyond this one; null for the first ones
 */
export function claimOutdated<Place extends SealedPlace>(
  tx: Db,
  place: Place,
  { prefix, after, limit }: { prefix: string; after: RowKey | null; limit: number },
): Promise<SealedRow<Place>[]> {
  const { table, sealed, key, bound, beside, isBusy, isOver } = columns[place];
  const members = Object.entries<PgColumn>(bound).map(([name, column]) => sql`${name}::text, ${column}`);
  return rowsOf(
    tx,
    sql`select ${sealed} as sealed, json_build_array(${listOf(key)}) as key,
        json_build_object(${sql.join(members, sql`, `)}) as bound
      from ${table} ${beside ?? sql``}
      where ${sealed} is not null and not starts_with(${sealed}, ${prefix})
        and ${isNot(isBusy)} and ${isNot(isOver)}
        and ${after === null ? sql`true` : sql`(${listOf(key)}) > (${valuesOf(after)})`}
      order by ${listOf(key)} limit ${limit} for update of ${table} skip locked`,
  );
}

/** A sealed text, and the one that takes its place. */
export type Replacement = { key: RowKey; before: string; after: string };

/**
 * Puts other sealed texts in the place of some, in one statement.
 *
 * @returns how many; where something else stands by now, that stays
 */
export async function replace(
  db: Db,
  place: SealedPlace,
  replacements: readonly Replacement[],
): Promise<number> {
  if (replacements.length === 0) return 0;
  const { table, sealed, key } = columns[place];
  const names = key.map(({ name }) => sql.identifier(name));
  const rows = replacements.map((one) => {
    const place = one.key.map((value, n) => sql`${value}::${sql.raw(key[n]?.getSQLType() ?? "text")}`);
    return sql`(${sql.join(place, sql`, `)}, ${one.before}::text, ${one.after}::text)`;
  });
  const replaced = await rowsOf(
    db,
    sql`update ${table} set ${sql.identifier(sealed.name)} = anew.after
      from (values ${sql.join(rows, sql`, `)}) as anew (${sql.join(names, sql`, `)}, before, after)
      where ${sealed} = anew.before
        and (${listOf(key)}) = (${sql.join(
          names.map((name) => sql`anew.${name}`),
          sql`, `,
        )}) returning 1`,
  );
  return replaced.length;
}

const isNot = (condition: SQL | undefined): SQL => (condition ? sql`(${condition}) is not true` : sql`true`);

const listOf = (names: readonly PgColumn[]): SQL => sql.join([...names], sql`, `);

const valuesOf = (key: RowKey): SQL =>
  sql.join(
    key.map((value) => sql`${value}`),
    sql`, `,
  );
