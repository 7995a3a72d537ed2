import type { ErrorCode } from "#src/errors.ts";
import { seeOther } from "#src/http/page-answer.ts";
import type { SentForm } from "#src/http/page-form.ts";
import { type Notice, noticeCookie } from "#src/http/page-notice.ts";
import { attempt, type Refusal } from "#src/http/page-refusal.ts";
import { idOf } from "#src/http/params.ts";
import { accessIn, headerIn, secretIn, urlIn } from "#src/pages/servers/input.ts";
import { onward } from "#src/pages/servers/onward.tsx";
import * as access from "#src/services/access.ts";
import type { Ctx } from "#src/services/context.ts";
import * as credentials from "#src/services/credentials.ts";
import { isAdmin } from "#src/services/scopes.ts";
import * as servers from "#src/services/servers/index.ts";
import { serverPath } from "#views/servers/paths.ts";

/** What connecting at once may meet: the server is added by then, and its own page tells what is next. */
const nextSteps: ErrorCode[] = [
  "member_auth_required",
  "authorization_required",
  "manual_registration_required",
  "server_not_ready",
  "upstream_failed",
  "upstream_timeout",
];

/**
 * Adds a server as a form describes it, and connects the member as far as that goes without leaving the page.
 *
 * @throws {AppError} what `servers.create` throws
 */
export async function addServer(
  { ctx, request }: { ctx: Ctx; request: Request },
  form: SentForm,
): Promise<Response> {
  const { publicUrl } = ctx.settings;
  const secret = secretIn(form.text("secret"));
  const server = await servers.create(ctx, {
    url: urlIn(form, ctx.settings),
    name: form.text("name"),
    ...(form.has("header.name") ? { header: headerIn(form) } : {}),
  });
  if (isAdmin(ctx) && form.text("access") === "restricted")
    await access.set(ctx, server.id, accessIn(form, idOf));

  const page = serverPath(server);
  if (form.text("next") !== "connect") return seeOther(page, noticeCookie("server_added", publicUrl));
  if (server.authType === "oauth")
    return server.registration === "manual" ? seeOther(page) : onward(request, server);
  const { refusal } = await attempt(ctx, () => connect(ctx, server, secret), nextSteps);
  return seeOther(page, noticeCookie(refusal ? noticeOf(refusal) : "connected", publicUrl));
}

function noticeOf({ code }: Refusal): Notice {
  if (code === "invalid") return "server_added_key_refused";
  return code === "upstream_failed" || code === "upstream_timeout" ? "server_added_silent" : "server_added";
}

/** A server that asks for a key can be reached with one only, so there the connection comes first. */
async function connect(ctx: Ctx, server: servers.McpServer, secret: string | null): Promise<void> {
  if (server.authType === "direct_auth") await servers.enable(ctx, server.id);
  await credentials.connect(ctx, server.id, server.authType === "api_key" ? secret : null);
}

/** The server that the workspace has at a URL already, as far as this member sees it; null for none. */
export async function serverAt(ctx: Ctx, url: string): Promise<servers.McpServer | null> {
  const href = URL.parse(url.trim())?.href;
  if (href === undefined) return null;
  const { items } = await servers.list(ctx, {
    sortBy: "name",
    sortOrder: "asc",
    q: href.slice(0, 200),
    state: null,
    enabled: null,
    limit: 200,
    cursor: null,
  });
  return items.find((server) => server.url === href) ?? null;
}
