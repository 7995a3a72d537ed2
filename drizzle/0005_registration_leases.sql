CREATE TABLE "registration_leases" (
	"workspace_id" uuid NOT NULL,
	"server_id" integer NOT NULL,
	"issuer" text NOT NULL,
	"redirect_uri" text NOT NULL,
	"holder" text NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "registration_leases_pk" PRIMARY KEY("workspace_id","server_id","issuer","redirect_uri")
);
--> statement-breakpoint
ALTER TABLE "registration_leases" ADD CONSTRAINT "registration_leases_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration_leases" ADD CONSTRAINT "registration_leases_server_fk" FOREIGN KEY ("workspace_id","server_id") REFERENCES "public"."servers"("workspace_id","id") ON DELETE cascade ON UPDATE no action;