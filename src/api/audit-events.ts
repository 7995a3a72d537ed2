import { Elysia, t } from "elysia";
import { auditEventExample } from "#src/api/people-examples.ts";
import { AuditEvent } from "#src/api/people-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { idOf, WorkspaceParams } from "#src/http/params.ts";
import * as auditEvents from "#src/services/audit-events.ts";
import type { Deps } from "#src/services/context.ts";

const Filters = t.Object({
  ...PageQuery,
  action: t.Optional(
    t.String({
      pattern: "^[a-z_]+\\.[a-z_]+$",
      expects: "the name of an action, such as server.created",
      maxLength: 100,
      description: "Such as `server.created`.",
    }),
  ),
  memberId: t.Optional(
    t.String({
      description: "Who did it.",
      documentedAs: { type: "integer", minimum: 1, maximum: 2_147_483_647 },
    }),
  ),
  targetType: t.Optional(
    t.String({
      pattern: "^[a-z_]+$",
      expects: "the name of a thing, such as server",
      maxLength: 100,
      description: "Such as `server`.",
    }),
  ),
  targetId: t.Optional(
    t.String({
      pattern: "^[A-Za-z0-9_-]+$",
      expects: "an id",
      maxLength: 100,
      description: "What it was done to.",
    }),
  ),
});

const filterIn = (query: typeof Filters.static) => ({
  action: query.action ?? null,
  memberId: query.memberId === undefined ? null : idOf(query.memberId),
  targetType: query.targetType ?? null,
  targetId: query.targetId ?? null,
});

export const auditEventsApi = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "api.audit-events", prefix: "/api/v2/w/:workspace_uuid/audit-events" })
    .use(asking)
    .get(
      "/",
      async ({ ctx, query, request, set }) =>
        answerPage(
          { request, set, publicUrl },
          await auditEvents.list(ctx, filterIn(query), pageInput(query)),
        ),
      {
        member: "apps:admin",
        params: WorkspaceParams,
        query: Filters,
        ...documented({
          id: "listAuditEvents",
          tag: "Audit",
          scope: "apps:admin",
          summary: "See who did what to what, newest first.",
          answer: { schema: t.Array(AuditEvent), headers: pageHeaders },
          errors: ["bad_request"],
          example: [auditEventExample],
        }),
      },
    );
