ALTER TABLE "credentials" ADD COLUMN "catalog_counts" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "server_tests" ADD COLUMN "failure" text;