import { Elysia, t } from "elysia";
import { Connected, Disconnected } from "#src/api/server-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { Body, idOf, NoBody, ServerParams } from "#src/http/params.ts";
import * as credentials from "#src/services/credentials.ts";

export const credentialsApi = (asking: Asking) =>
  new Elysia({
    name: "api.credentials",
    prefix: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/credentials",
  })
    .use(asking)

    .post(
      "/",
      ({ ctx, params, body }) => credentials.connect(ctx, idOf(params.server_id), body?.secret ?? null),
      {
        member: "apps:write",
        params: ServerParams,
        body: t.Union([
          Body({
            secret: t.Optional(
              t.String({
                minLength: 1,
                maxLength: 8192,
                pattern: "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
                expects:
                  "1 to 8,192 letters, digits and signs of ASCII, without a space at the beginning or the end",
                description: "For `api_key` servers: kept sealed and never shown again.",
              }),
            ),
          }),
          t.Null(),
        ]),
        ...documented({
          id: "createMcpServerCredential",
          bodyExample: { secret: "as-the-server-gave-it" },
          tag: "Connections",
          scope: "apps:write",
          summary: "Connect yourself to an MCP server.",
          description:
            "`direct_auth`: no body; links you. `api_key`: your secret, tried by a handshake first. `oauth`: 409 with the address to open. Twice is the same as once.",
          answer: { schema: Connected },
          errors: [
            "authorization_required",
            "conflict",
            "url_not_allowed",
            "upstream_failed",
            "upstream_timeout",
          ],
          example: { connected: true, serverId: 7, memberId: 2 },
        }),
      },
    )

    .delete("/", ({ ctx, params }) => credentials.disconnect(ctx, idOf(params.server_id)), {
      member: "apps:write",
      params: ServerParams,
      body: NoBody(),
      ...documented({
        id: "deleteMcpServerCredential",
        tag: "Connections",
        scope: "apps:write",
        summary: "Disconnect yourself from an MCP server.",
        answer: { schema: Disconnected },
        example: { connected: false, revocation: "confirmed" },
      }),
    });
