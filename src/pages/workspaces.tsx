import { Elysia, t } from "elysia";
import { notFound } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { WorkspaceParams } from "#src/http/params.ts";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Deps } from "#src/services/context.ts";
import * as workspaces from "#src/services/workspaces.ts";
import { NewWorkspacePage } from "#views/workspaces/new.tsx";
import { SettingsPage } from "#views/workspaces/settings.tsx";

export const workspacesPages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.workspaces" })
    .use(asking)

    .get(
      "/workspaces/new",
      async ({ ctx, request, set }) =>
        show(<NewWorkspacePage shell={await shellOf({ ctx, request, set })} />),
      { account: "session" },
    )

    .post(
      "/workspaces/new",
      async ({ ctx, body, request, set }) => {
        const name = formIn(body).text("name");
        const { done, refusal } = await attempt(ctx, () => workspaces.create(ctx, { name }));
        if (!refusal)
          return seeOther(`/w/${done.uuid}/servers`, noticeCookie("workspace_created", publicUrl));
        const shell = await shellOf({ ctx, request, set });
        return show(<NewWorkspacePage shell={shell} name={name} refused={refusal} />, refusal);
      },
      { account: "session" },
    )

    .get("/w/:workspace_uuid", ({ ctx }) => seeOther(`/w/${ctx.member.workspaceId}/servers`), {
      member: "apps:read",
      params: WorkspaceParams,
    })

    // What is not there is told within the workspace, to its members.
    .get(
      "/w/:workspace_uuid/*",
      () => {
        throw notFound();
      },
      { member: "apps:read", params: t.Object({ ...WorkspaceParams.properties, "*": t.String() }) },
    )

    .get(
      "/w/:workspace_uuid/settings",
      async ({ ctx, request, set }) => {
        const shell = await shellOf({ ctx, request, set });
        const workspace = { uuid: ctx.member.workspaceId, name: shell.workspace?.name ?? "" };
        return show(<SettingsPage shell={shell} workspace={workspace} />);
      },
      { member: "apps:admin", params: WorkspaceParams },
    )

    .post(
      "/w/:workspace_uuid/settings",
      async ({ ctx, body, request, set }) => {
        const name = formIn(body).text("name");
        const uuid = ctx.member.workspaceId;
        const { refusal } = await attempt(ctx, () => workspaces.rename(ctx, { name }));
        if (!refusal) return seeOther(`/w/${uuid}/settings`, noticeCookie("workspace_renamed", publicUrl));
        const shell = await shellOf({ ctx, request, set });
        return show(<SettingsPage shell={shell} workspace={{ uuid, name }} refused={refusal} />, refusal);
      },
      { member: "apps:admin", params: WorkspaceParams },
    );
