import { Elysia } from "elysia";
import type { ErrorCode } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn, type SentForm } from "#src/http/page-form.ts";
import { type Notice, noticeCookie } from "#src/http/page-notice.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { returnPath } from "#src/lib/return-path.ts";
import { secretIn } from "#src/pages/servers/input.ts";
import { showOverview } from "#src/pages/servers/overview.tsx";
import type { Ctx, Deps } from "#src/services/context.ts";
import * as credentials from "#src/services/credentials.ts";

/** What a try may meet on its way; each is told beside the button that began it. */
const onTheWay: ErrorCode[] = ["upstream_failed", "upstream_timeout", "server_not_ready", "issuer_changed"];

const farewells: Record<credentials.Disconnected["revocation"], Notice> = {
  confirmed: "disconnected",
  unsupported: "disconnected_here",
  failed: "disconnected_unconfirmed",
};

/** One's own connection to a server: by a key, or by nothing at all. A sign-in goes through the API's own addresses. */
export const credentialsPages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.credentials", prefix: "/w/:workspace_uuid/servers/:server_id" })
    .use(asking)

    .post(
      "/connect",
      async ({ body, ...asked }) => {
        const form = formIn(body);
        const id = idOf(asked.params.server_id);
        const { refusal } = await attempt(
          asked.ctx,
          () => credentials.connect(asked.ctx, id, secretIn(form.text("secret"))),
          onTheWay,
        );
        if (refusal) return showOverview(asked, refusal);
        return seeOther(backFrom(form, asked.ctx, id), noticeCookie("connected", publicUrl));
      },
      { member: "apps:write", params: ServerParams, costly: "test" },
    )

    .post(
      "/disconnect",
      async ({ ctx, params, body }) => {
        const id = idOf(params.server_id);
        const { revocation } = await credentials.disconnect(ctx, id);
        return seeOther(backFrom(formIn(body), ctx, id), noticeCookie(farewells[revocation], publicUrl));
      },
      { member: "apps:write", params: ServerParams },
    );

/** Where the form stood, or the server's own page. */
const backFrom = (form: SentForm, { member }: Ctx, id: number): string =>
  returnPath(form.text("return_to")) ?? `/w/${member.workspaceId}/servers/${id}`;
