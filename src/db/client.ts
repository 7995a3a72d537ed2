import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type * as schema from "#src/db/schema.ts";

/** A connection or an open transaction; queries never know which, nor which driver carries them. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;
