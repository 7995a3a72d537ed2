CREATE TABLE "run_tickets" (
	"workspace_id" uuid NOT NULL,
	"nonce" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "run_tickets_workspace_id_nonce_pk" PRIMARY KEY("workspace_id","nonce")
);
--> statement-breakpoint
ALTER TABLE "run_tickets" ADD CONSTRAINT "run_tickets_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_tickets_expiry" ON "run_tickets" USING btree ("expires_at");