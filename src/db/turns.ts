import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/*
 * What is due, of many tenants and hosts, in turns: the first row of each before the second of any, so that however much
 * one of them has to be done, the others wait for no more than their share of it.
 */

/** What is under way in this process already: a place stands there as often as it has something under way. */
export type Busy = { workspaces: string[]; hosts: string[] };

/** How much to take, and of whom. */
export type Turns = { limit: number; perWorkspace: number; perHost: number; busy: Busy };

type Due = {
  /** Tables and joins that `isDue` reads. */
  from: SQL;
  isDue: SQL;
  dueAt: PgColumn;
  workspace: PgColumn;
  host: PgColumn;
  /** What names a row, by its columns' own names. */
  key: readonly PgColumn[];
};

/** A subquery `turns`: the keys of the rows whose turn it may be, and `turn` to order them by. */
export function inTurns(due: Due, { perWorkspace, perHost, busy }: Turns): SQL {
  const { from, isDue, dueAt, workspace, host } = due;
  const keys = sql.join(
    due.key.map((column) => sql`${column}`),
    sql`, `,
  );
  const names = sql.join(
    due.key.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );
  const ofWorkspace = countIn(busy.workspaces, sql`at_workspace`);
  const ofHost = countIn(busy.hosts, sql`at_host`);
  return sql`(
    select ${names}, turn from (
      select ${names}, at_workspace, at_host, due_at,
        row_number() over (partition by at_workspace order by nth, due_at) + ${ofWorkspace} as turn,
        row_number() over (partition by at_host order by nth + ${ofWorkspace}, due_at) + ${ofHost} as turn_of_host
      from (
        select ${keys}, ${workspace}::text as at_workspace, ${host} as at_host, ${dueAt} as due_at,
          row_number() over (partition by ${workspace}, ${host} order by ${dueAt}) as nth
        from ${from} where ${isDue}
      ) as each_in_its_place
      where ${ofWorkspace} < ${perWorkspace} and ${ofHost} < ${perHost}
    ) as each_in_turn
    where turn <= ${perWorkspace} and turn_of_host <= ${perHost}
  ) as turns`;
}

const countIn = (list: string[], value: SQL): SQL =>
  sql`coalesce(cardinality(array_positions(${sql.param(list)}::text[], ${value})), 0)`;
