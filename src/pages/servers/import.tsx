import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { formIn } from "#src/http/page-form.ts";
import { withProgress } from "#src/http/page-progress.ts";
import { WorkspaceParams } from "#src/http/params.ts";
import { type ImportedServer, readMcpJson } from "#src/lib/mcp-json.ts";
import { nameForUrl } from "#src/lib/server-names.ts";
import { serverAt } from "#src/pages/servers/add.ts";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Ctx } from "#src/services/context.ts";
import * as servers from "#src/services/servers/index.ts";
import { renderPart } from "#views/render.ts";
import { Adding, type Found, PastePage, PickPage } from "#views/servers/new/import.tsx";
import { type Imported, ImportedPage } from "#views/servers/new/imported.tsx";
import { serversPath } from "#views/servers/paths.ts";

/** What travels from the choice to the adding: no header's value ever does. */
type Chosen = Pick<ImportedServer, "name" | "url" | "header">;

const mostAtOnce = 20;
const lanes = 3;
/** After this, servers are added without a look: each can be set up by a click. */
const lookMs = 20_000;

/** Servers out of the file of another client. */
export const importPages = (asking: Asking) =>
  new Elysia({ name: "pages.servers.import", prefix: "/w/:workspace_uuid/servers/import" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, request, set }) =>
        show(<PastePage {...await frameOf({ ctx, request, set })} pasted="" refused={null} />),
      { member: "apps:write", params: WorkspaceParams },
    )

    .post(
      "/",
      async ({ ctx, body, request, set }) => {
        const pasted = formIn(body).text("json");
        const read = readMcpJson(pasted);
        const frame = await frameOf({ ctx, request, set });
        if (read.ok) return show(<PickPage {...frame} found={await foundIn(ctx, read.servers)} />);
        const refused = { message: null, fields: { json: read.message }, requestId: ctx.requestId };
        return show(<PastePage {...frame} pasted={pasted} refused={refused} />, { status: 422 });
      },
      { member: "apps:write", params: WorkspaceParams },
    )

    .post(
      "/add",
      ({ body, request, set, ...asked }) =>
        withProgress({ ...asked, request }, async (ctx, tell) => {
          const chosen = formIn(body).all("server").flatMap(chosenIn).slice(0, mostAtOnce);
          const imported = await addAll(ctx, chosen, (done) =>
            tell(renderPart(<Adding done={done} of={chosen.length} />)),
          );
          return show(<ImportedPage {...await frameOf({ ctx, request, set })} imported={imported} />);
        }),
      { member: "apps:write", params: WorkspaceParams, costly: "oauth-discovery" },
    );

async function frameOf(asked: Parameters<typeof shellOf>[0] & { ctx: Ctx }) {
  return { shell: await shellOf(asked), path: serversPath(asked.ctx.member.workspaceId) };
}

const foundIn = (ctx: Ctx, read: ImportedServer[]): Promise<Found[]> =>
  Promise.all(
    read.map(async (server, index) => {
      const { url, header } = server;
      const name = server.name || nameForUrl(url ?? "A server");
      const isPresent = url !== null && (await serverAt(ctx, url)) !== null;
      return { index, server, name, value: JSON.stringify({ name, url, header }), isPresent };
    }),
  );

/** Written by us, but sent by a browser: what is not as we wrote it is left out. */
function chosenIn(text: string): Chosen[] {
  const { name, url, header } = parsed(text);
  if (typeof name !== "string" || typeof url !== "string") return [];
  const isHeader = typeof header?.name === "string" && typeof header.prefix === "string";
  return [{ name, url, header: isHeader ? header : null }];
}

function parsed(text: string): Partial<Chosen> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Chosen>;
  } catch {
    return {};
  }
}

/**
 * A few at a time, as each look asks somebody else. In the order in which they were chosen. Who stops waiting keeps those
 * that were added by then.
 */
async function addAll(ctx: Ctx, chosen: Chosen[], onAdded: (count: number) => void): Promise<Imported[]> {
  const until = Date.now() + lookMs;
  const done: Imported[] = [];
  const queue = [...chosen.entries()];
  const work = async () => {
    for (let next = queue.shift(); next && !ctx.signal.aborted; next = queue.shift()) {
      done[next[0]] = await add(ctx, next[1], Date.now() < until);
      onAdded(Object.keys(done).length);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return done;
}

async function add(ctx: Ctx, chosen: Chosen, discover: boolean): Promise<Imported> {
  const { name, url, header } = chosen;
  const input = {
    url: url ?? "",
    discover,
    ...(header ? { header } : {}),
    ...(header && !discover ? { authType: "api_key" as const } : {}),
  };
  for (const number of ["", " 2", " 3"]) {
    try {
      const { id } = await servers.create(ctx, { ...input, name: `${name.slice(0, 76)}${number}` });
      return { name, server: await servers.getWatched(ctx, id), problem: null };
    } catch (failure) {
      if (!(failure instanceof AppError)) throw failure;
      // Nobody chose the name here, so one that is in use gives way.
      if (!isNameTaken(failure)) return { name, server: null, problem: failure.message };
    }
  }
  return { name, server: null, problem: "This workspace has several servers of this name already." };
}

const isNameTaken = ({ reason, fields }: AppError): boolean =>
  reason === "conflict" && JSON.stringify(fields["errors"] ?? []).includes("/name");
