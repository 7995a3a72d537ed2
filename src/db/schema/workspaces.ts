import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt } from "#src/db/schema/columns.ts";

export const workspaces = pgTable("workspaces", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  createdAt: createdAt(),
});

/** The column with which the keys of every table of a workspace begin. */
export const workspaceId = () =>
  uuid("workspace_id")
    .notNull()
    .references(() => workspaces.id, { onDelete: "cascade" });
