import { Elysia, t } from "elysia";
import { clientMetadataExample, discoveryExample } from "#src/api/examples.ts";
import { OAuthDiscovery } from "#src/api/oauth-schemas.ts";
import { notFound } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { flowBrowserOf, flowCookie, noFlowCookie } from "#src/http/flow-cookie.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { Body, idOf, ServerParams, WorkspaceParams } from "#src/http/params.ts";
import { requestOf } from "#src/http/request.ts";
import { sessionCookieOf } from "#src/http/session-cookie.ts";
import { returnPath } from "#src/lib/return-path.ts";
import type { Deps } from "#src/services/context.ts";
import { accountOfSession } from "#src/services/identity.ts";
import { discoverOAuth } from "#src/services/oauth-discovery.ts";
import { begin } from "#src/services/oauth/authorize.ts";
import { finish } from "#src/services/oauth/callback.ts";
import { metadataDocument } from "#src/services/oauth/client-metadata.ts";

const AppParams = t.Object({
  app_uuid: t.String({ format: "uuid", description: "The server's `appUuid`." }),
});
const notices = {
  answering: "connected",
  silent: "connected_silently",
  disabled: "connected_disabled",
} as const;
const noStore = { "cache-control": "no-store" };

export const oauthApi = (deps: Deps, asks: Asking) => {
  const { publicUrl } = deps.settings;
  return new Elysia({ name: "api.oauth" })
    .use(asks)

    .post(
      "/api/v2/w/:workspace_uuid/mcp-servers/oauth-discovery",
      ({ ctx, body }) => discoverOAuth(ctx, body.url),
      {
        member: "apps:write",
        costly: "oauth-discovery",
        params: WorkspaceParams,
        body: Body(
          { url: t.String({ maxLength: 4096, description: "The MCP endpoint." }) },
          { $id: "OAuthDiscoveryRequest" },
        ),
        ...documented({
          id: "discoverOAuth",
          bodyExample: { url: "https://mcp.linear.app/mcp" },
          tag: "OAuth",
          scope: "apps:write",
          summary: "Find out how a server wants to be reached.",
          description:
            "Stores nothing. A server that breaks a rule of MCP or OAuth is refused with the rule in the message.",
          answer: { schema: OAuthDiscovery },
          errors: ["url_not_allowed", "discovery_failed", "upstream_failed", "upstream_timeout"],
          example: discoveryExample,
        }),
      },
    )

    .get(
      "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/oauth/authorize",
      async ({ ctx, params, query }) => {
        const { url, state, workspaceId, browserSecret, expiresAt } = await begin(
          ctx,
          idOf(params.server_id),
          returnPath(query.return_to),
        );
        const cookie = flowCookie(state, { workspaceId, secret: browserSecret }, expiresAt, publicUrl);
        return new Response(null, {
          status: 302,
          headers: { ...noStore, location: url, "set-cookie": cookie },
        });
      },
      {
        member: "apps:write",
        costly: "oauth-discovery",
        params: ServerParams,
        query: t.Object({
          return_to: t.Optional(
            t.String({ maxLength: 2048, description: "A path of ours to come back to." }),
          ),
        }),
        ...documented({
          id: "authorizeMcpServer",
          tag: "OAuth",
          scope: "apps:write",
          summary: "Begin an OAuth authorization: open this in the member's browser.",
          description:
            "Discovers and registers first where that is due. The browser that follows the redirect has to be the one that got the flow cookie.",
          answer: {
            status: 302,
            description: "To the authorization server.",
            headers: {
              Location: "Its authorization endpoint.",
              "Set-Cookie": "The flow cookie, for ten minutes.",
            },
          },
          errors: [
            "not_oauth",
            "conflict",
            "issuer_changed",
            "manual_registration_required",
            "url_not_allowed",
            "discovery_failed",
            "upstream_failed",
            "upstream_timeout",
          ],
        }),
      },
    )

    .get(
      "/api/v2/oauth/callback/:app_uuid",
      async ({ ctx, params, request }) => {
        const { searchParams } = new URL(request.url);
        const state = searchParams.get("state") ?? "";
        // Whatever comes of it: there is nothing left that the cookie could be for.
        requestOf(request).headers["set-cookie"] = noFlowCookie(state, publicUrl);
        const done = await finish(ctx, {
          appUuid: params.app_uuid,
          query: searchParams,
          browser: flowBrowserOf(request, state, publicUrl),
          account: await accountOfSession(ctx, sessionCookieOf(request, publicUrl)),
        });
        const page = done.returnTo ?? `/w/${done.workspaceId}/servers/${done.serverId}`;
        return new Response(null, {
          status: 303,
          headers: {
            ...noStore,
            location: new URL(page, publicUrl).href,
            "set-cookie": noticeCookie(notices[done.server], publicUrl),
          },
        });
      },
      {
        anyone: true,
        params: AppParams,
        ...documented({
          id: "finishAuthorization",
          tag: "OAuth",
          access: "public",
          summary: "The redirect URI of a server's OAuth client.",
          description:
            "Authorization servers send the browser here with `code`, `state` and `iss`. Works once, within ten minutes, and only in the browser that began. The first handshake with a member's tokens makes a server `READY` and enables it; one that was disabled stays disabled.",
          answer: {
            status: 303,
            description: "Connected: back to where it began.",
            headers: { Location: "A page of ours." },
          },
          errors: [
            "not_found",
            "bad_request",
            "insufficient_scope",
            "authorization_required",
            "upstream_failed",
            "upstream_timeout",
          ],
        }),
      },
    )

    .get(
      "/oauth/client-metadata/:file",
      ({ params }) => {
        const [, appUuid] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/.exec(params.file) ?? [];
        if (appUuid === undefined) throw notFound();
        return metadataDocument(deps, appUuid);
      },
      {
        anyone: true,
        params: t.Object({ file: t.String({ description: "`<appUuid>.json`." }) }),
        ...documented({
          id: "getClientMetadata",
          tag: "OAuth",
          access: "public",
          summary: "Our Client ID Metadata Document for one server.",
          description:
            "Its public address is our `client_id` there: its own, or what `CLIENT_METADATA_URL` makes of it. 404 for a server that is not there, and where there is no https address for it.",
          answer: {
            schema: t.Object(
              { client_id: t.String(), redirect_uris: t.Array(t.String()) },
              { additionalProperties: true },
            ),
          },
          errors: ["not_found"],
          example: clientMetadataExample,
        }),
      },
    );
};
