import { Elysia, t } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import type { Deps } from "#src/services/context.ts";
import { showIcon } from "#src/services/icons.ts";

/** On top of what every answer carries. The bytes came from a stranger: nothing in them may become more than a picture. */
const headers = {
  "content-security-policy": "sandbox; default-src 'none'",
  "x-content-type-options": "nosniff",
  // The address is the permission, so a client's own pages may show the icon as well as ours.
  "cross-origin-resource-policy": "cross-origin",
  "cache-control": "public, max-age=86400",
};

export const iconsApi = (deps: Deps, asks: Asking) =>
  new Elysia({ name: "api.icons", prefix: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id" }).use(asks).get(
    "/icon",
    async ({ params, request }) => {
      const workspaceId = params.workspace_uuid;
      const icon = await showIcon(deps, {
        workspaceId,
        serverId: idOf(params.server_id),
        token: tokenOf(request),
      });
      const etag = `"${Bun.hash(icon.bytes).toString(36)}"`;
      if (isKnown(request.headers.get("if-none-match"), etag))
        return new Response(null, { status: 304, headers: { ...headers, etag } });
      return new Response(new Uint8Array(icon.bytes), {
        headers: { ...headers, etag, "content-type": icon.contentType },
      });
    },
    {
      anyone: true,
      params: ServerParams,
      // Lets other parameters pass: nothing but a wrong token is a reason to show no picture.
      query: t.Object(
        { token: t.Optional(t.String({ description: "From the server's `iconUrl`. Without it: 403." })) },
        { additionalProperties: true },
      ),
      ...documented({
        id: "getMcpServerIcon",
        tag: "MCP servers",
        access: "public",
        summary: "Get the icon of an MCP server.",
        description:
          "Take the whole address from the server's `iconUrl` and put it into `<img src>`. Always answers a picture: the one " +
          "the server names, else its site's icon, else a monogram. An address stays good while the server lives; when " +
          "the picture changes, `iconUrl` does too.",
        answer: {
          contentType: "image/*",
          schema: t.Any({ description: "PNG, JPEG, GIF, WebP, ICO, or a monogram as SVG." }),
          headers: { ETag: "Changes with the picture.", "Cache-Control": "`public, max-age=86400`" },
        },
        errors: ["invalid_icon_token", "not_found"],
      }),
    },
  );

/** Read here and not by the schema, which would answer 400 where 403 is promised. Given twice, it is none. */
function tokenOf(request: Request): string {
  const [token, ...others] = new URL(request.url).searchParams.getAll("token");
  return token === undefined || others.length > 0 ? "" : token;
}

/** RFC 9110 §13.1.2: compared weakly, so what a proxy weakened still counts. */
const isKnown = (ifNoneMatch: string | null, etag: string): boolean =>
  (ifNoneMatch ?? "").split(",").some((known) => ["*", etag, `W/${etag}`].includes(known.trim()));
