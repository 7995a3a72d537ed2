import { Elysia, t } from "elysia";
import { browserOf, giveSession } from "#src/http/browser.ts";
import { acceptanceExample, invitationExample } from "#src/api/people-examples.ts";
import { Acceptance, Email, Invitation, Newcomer, NewInvitation, Role } from "#src/api/people-schemas.ts";
import { Deleted } from "#src/api/schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { Body, idOf, InvitationParams, NoBody, WorkspaceParams } from "#src/http/params.ts";
import { requireSameOrigin } from "#src/http/same-origin.ts";
import type { Deps } from "#src/services/context.ts";
import { identifySession } from "#src/services/identity.ts";
import * as invitations from "#src/services/invitations.ts";

export const invitationsApi = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "api.invitations", prefix: "/api/v2" })
    .use(asking)

    .get(
      "/w/:workspace_uuid/invitations",
      async ({ ctx, query, request, set }) =>
        answerPage({ request, set, publicUrl }, await invitations.list(ctx, pageInput(query))),
      {
        member: "apps:admin",
        params: WorkspaceParams,
        query: t.Object(PageQuery),
        ...documented({
          id: "listInvitations",
          tag: "Invitations",
          scope: "apps:admin",
          summary: "List the invitations that can still be accepted.",
          description:
            "Not those that were used or have expired, nor those of somebody who may no longer invite.",
          answer: { schema: t.Array(Invitation), headers: pageHeaders },
          errors: ["bad_request"],
          example: [invitationExample],
        }),
      },
    )

    .post(
      "/w/:workspace_uuid/invitations",
      async ({ ctx, body, status }) => status(201, await invitations.create(ctx, body)),
      {
        member: "apps:admin",
        params: WorkspaceParams,
        body: Body({ email: t.Optional(Email), role: Role }),
        ...documented({
          id: "createInvitation",
          bodyExample: { email: "bob@example.com", role: "member" },
          tag: "Invitations",
          scope: "apps:admin",
          summary: "Invite somebody into a workspace.",
          description:
            "The link works once, for seven days, and as long as you may invite. With `email`, only that address may accept; one that a member has is a conflict. Nothing is sent: give the link to them yourself.",
          answer: { status: 201, schema: NewInvitation },
          errors: ["conflict"],
          example: { ...invitationExample, url: "https://switchyard.example.com/invitations/syi_once" },
        }),
      },
    )

    .delete(
      "/w/:workspace_uuid/invitations/:invitation_id",
      async ({ ctx, params }) => {
        const id = idOf(params.invitation_id);
        await invitations.remove(ctx, id);
        return { deleted: true, id };
      },
      {
        member: "apps:admin",
        params: InvitationParams,
        body: NoBody(),
        ...documented({
          id: "deleteInvitation",
          tag: "Invitations",
          scope: "apps:admin",
          summary: "Take an invitation back.",
          answer: { schema: Deleted },
          example: { deleted: true, id: 4 },
        }),
      },
    )

    .post(
      "/invitations/:token/accept",
      async ({ ctx, params: { token }, body, request, set, status }) => {
        const browser = browserOf(request, publicUrl);
        const authorization = request.headers.get("authorization");
        requireSameOrigin(request, publicUrl, browser.cookie !== null);
        const isNewcomer = body !== null && "email" in body;
        // Whoever brings a proof wants to act as that, so a bad one is no stranger's request.
        const joiner =
          isNewcomer && authorization === null
            ? { newcomer: body }
            : { account: await identifySession(ctx, { authorization, cookie: browser.cookie }) };
        const { answer, session } = await invitations.accept(ctx, { token, joiner, browser });
        giveSession(set, session, publicUrl);
        return status(201, answer);
      },
      {
        anyone: true,
        params: t.Object({ token: t.String({ description: "The last part of the invitation's link." }) }),
        body: t.Union([Body(Newcomer), Body({}), t.Null()]),
        ...documented({
          id: "acceptInvitation",
          bodyExample: { email: "bob@example.com", name: "Bob", password: "correct horse battery" },
          tag: "Invitations",
          access: "public",
          summary: "Accept an invitation.",
          description:
            "With a body, an account is made and signed in. Whoever has an account signs in first and sends no body. An invitation that was refused with 409 or 422 is not used up.",
          answer: { status: 201, schema: Acceptance, headers: { "Set-Cookie": "The session." } },
          errors: ["not_authenticated", "insufficient_scope", "cross_origin", "not_found", "conflict"],
          example: acceptanceExample,
        }),
      },
    );
