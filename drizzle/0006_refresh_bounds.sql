ALTER TABLE "credentials" ADD COLUMN "refresh_attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "credentials" ADD COLUMN "refreshed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "credentials" ADD COLUMN "unanswered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "credentials" ADD COLUMN "refusal" text;--> statement-breakpoint
ALTER TABLE "credentials" ADD COLUMN "ended_because" text;--> statement-breakpoint
ALTER TABLE "revocations" ADD COLUMN "host" text DEFAULT '' NOT NULL;