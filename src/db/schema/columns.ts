import { customType, integer, timestamp } from "drizzle-orm/pg-core";

/** A moment, with milliseconds. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

export const createdAt = () => moment("created_at").notNull().defaultNow();

export const serial = () => integer("id").notNull().generatedByDefaultAsIdentity();

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
