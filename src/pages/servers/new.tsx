import { Elysia } from "elysia";
import type { ErrorCode } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn, SentForm } from "#src/http/page-form.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { withProgress } from "#src/http/page-progress.ts";
import { attempt, type Refusal } from "#src/http/page-refusal.ts";
import { WorkspaceParams } from "#src/http/params.ts";
import { nameForUrl } from "#src/lib/server-names.ts";
import { addServer, serverAt } from "#src/pages/servers/add.ts";
import { urlIn } from "#src/pages/servers/input.ts";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Ctx, Deps } from "#src/services/context.ts";
import { directory } from "#src/services/directory.ts";
import * as members from "#src/services/members.ts";
import { discoverOAuth, type LookStep, type OAuthDiscovery } from "#src/services/oauth-discovery.ts";
import { isAdmin } from "#src/services/scopes.ts";
import * as servers from "#src/services/servers/index.ts";
import { renderPart } from "#views/render.ts";
import { FoundPage } from "#views/servers/new/found.tsx";
import { LookSteps, type TakenStep } from "#views/servers/new/look-steps.tsx";
import { NewServerPage } from "#views/servers/new/url.tsx";
import { serverPath, serversPath } from "#views/servers/paths.ts";

type Asked = { ctx: Ctx; request: Request; set: { headers: Record<string, unknown> } };

const mostPeople = 200;
/** A look that fails is told where it was asked for, and the server can be added regardless. */
const lookFailures: ErrorCode[] = ["upstream_failed", "upstream_timeout"];

/** By its URL: a look first, then what the look has left open. */
export const newServerPages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.servers.new", prefix: "/w/:workspace_uuid/servers" })
    .use(asking)

    .get(
      "/new",
      ({ ctx, request, set }) =>
        showUrl({ ctx, request, set }, new URL(request.url).searchParams.get("url")?.slice(0, 4096) ?? ""),
      { member: "apps:write", params: WorkspaceParams },
    )

    .post(
      "/look",
      ({ body, set, ...asked }) =>
        withProgress(asked, (ctx, tell) => {
          const steps = new StepClock((taken) => tell(renderPart(<LookSteps steps={taken} outOfBand />)));
          return look({ ctx, request: asked.request, set }, formIn(body), { onStep: steps.begin });
        }),
      { member: "apps:write", params: WorkspaceParams, costly: "oauth-discovery" },
    )

    .post(
      "/",
      async ({ body, ...asked }) => {
        const { ctx, request } = asked;
        const form = formIn(body);
        const { done: added, refusal } = await attempt(ctx, () => addServer({ ctx, request }, form));
        if (!refusal) return added;
        const existing = refusal.fields["url"] ? await serverAt(ctx, urlIn(form, ctx.settings)) : null;
        // Whoever clicked twice, or did not know, is where they wanted to be.
        if (existing !== null)
          return seeOther(serverPath(existing), noticeCookie("server_exists", publicUrl));
        return refusal.fields["url"]
          ? showUrl(asked, form.text("url"), refusal)
          : look(asked, form, { refused: refusal });
      },
      { member: "apps:write", params: WorkspaceParams, costly: "oauth-discovery" },
    );

async function showUrl(asked: Asked, url: string, refusal: Refusal | null = null): Promise<Response> {
  const path = serversPath(asked.ctx.member.workspaceId);
  return show(
    <NewServerPage shell={await shellOf(asked)} path={path} url={url} refused={refusal} />,
    refusal ?? {},
  );
}

/** Nothing was refused, and nothing is left to do here. */
async function showExisting(asked: Asked, server: servers.McpServer): Promise<Response> {
  const path = serversPath(asked.ctx.member.workspaceId);
  return show(<NewServerPage shell={await shellOf(asked)} path={path} url={server.url} existing={server} />);
}

/**
 * @param options.refused - why it could not be added as it was filled in, which the same form shows
 * @param options.onStep - told of each step of the look as it begins
 */
async function look(
  asked: Asked,
  form: SentForm,
  { refused = null, onStep }: { refused?: Refusal | null; onStep?: (step: LookStep) => void },
): Promise<Response> {
  const { ctx } = asked;
  const typedUrl = urlIn(form, ctx.settings);
  const existing = await serverAt(ctx, typedUrl);
  if (existing) return showExisting(asked, existing);

  const began = performance.now();
  const { done: found, refusal } = await attempt(
    ctx,
    () => discoverOAuth(ctx, typedUrl, onStep),
    lookFailures,
  );
  const ms = performance.now() - began;
  if (refusal && !isMendedLater(refusal)) return showUrl(asked, form.text("url"), refusal);

  const url = found?.url ?? typedUrl;
  const everybody = isAdmin(ctx)
    ? (await members.list(ctx, { limit: mostPeople, cursor: null })).items
    : null;
  return show(
    <FoundPage
      shell={await shellOf(asked)}
      path={serversPath(ctx.member.workspaceId)}
      url={url}
      found={found}
      failure={refusal?.message ?? null}
      ms={ms}
      name={await servers.offerName(ctx, nameFor(url, found))}
      people={everybody}
      typed={(name) => (form.has(name) ? form.text(name) : undefined)}
      chosen={form.all("memberIds")}
      refused={refused}
    />,
    refused ?? {},
  );
}

/** Each step ends where the next one begins. */
class StepClock {
  readonly #taken: TakenStep[] = [];
  readonly #show: (taken: TakenStep[]) => void;
  #began = performance.now();

  constructor(show: (taken: TakenStep[]) => void) {
    this.#show = show;
  }

  readonly begin = (step: LookStep): void => {
    const last = this.#taken.at(-1);
    if (last) last.ms = performance.now() - this.#began;
    this.#began = performance.now();
    this.#taken.push({ step, ms: null });
    this.#show(this.#taken);
  };
}

/** A server that is down, or not yet what it will be, can be added all the same; an address that may not be called cannot. */
const isMendedLater = ({ code }: Refusal): boolean =>
  code === "discovery_failed" || lookFailures.includes(code);

function nameFor(url: string, found: OAuthDiscovery | null): string {
  const known = directory.find((entry) => entry.url === url)?.name;
  const { title, name } = (found?.serverInfo ?? {}) as { title?: string; name?: string };
  return [...(known ?? title ?? name ?? nameForUrl(url))].slice(0, 80).join("");
}
