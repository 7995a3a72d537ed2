import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { WorkspaceParams } from "#src/http/params.ts";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import * as auditEvents from "#src/services/audit-events.ts";
import * as members from "#src/services/members.ts";
import { type ActivityFilter, ActivityPage, subjects } from "#views/audit-events/activity.tsx";

const perPage = 50;
const mostPeople = 200;

export const auditEventsPages = (asking: Asking) =>
  new Elysia({ name: "pages.audit-events", prefix: "/w/:workspace_uuid/activity" }).use(asking).get(
    "/",
    async ({ ctx, request, set }) => {
      const query = new URL(request.url).searchParams;
      const filter = filterIn(query);
      const cursor = query.get("cursor");
      const events = await auditEvents.list(
        ctx,
        {
          action: null,
          memberId: filter.memberId === "" ? null : Number(filter.memberId),
          targetType: filter.targetType || null,
          targetId: filter.targetId || null,
        },
        { limit: perPage, cursor },
      );
      const { items: people } = await members.list(ctx, { limit: mostPeople, cursor: null });
      return show(
        <ActivityPage
          shell={await shellOf({ ctx, request, set })}
          path={`/w/${ctx.member.workspaceId}/activity`}
          filter={filter}
          events={events}
          people={people}
          isFirstPage={cursor === null}
        />,
      );
    },
    { member: "apps:admin", params: WorkspaceParams },
  );

/** What is no filter of this page is left out, as if it were not there. */
function filterIn(query: URLSearchParams): ActivityFilter {
  const only = (name: string, rule: RegExp) => {
    const value = query.get(name) ?? "";
    return rule.test(value) ? value : "";
  };
  const targetType = query.get("targetType") ?? "";
  return {
    memberId: only("memberId", /^[1-9][0-9]{0,8}$/),
    targetType: subjects.some(({ value }) => value === targetType) ? targetType : "",
    targetId: only("targetId", /^[\w-]{1,100}$/),
  };
}
