import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn, SentForm } from "#src/http/page-form.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { expand, variablesOf } from "#src/lib/uri-template.ts";
import { listing } from "#src/pages/catalog/listing.ts";
import { ask, statusOfTurn, takeTurn } from "#src/pages/catalog/turn.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { show } from "#src/pages/show.ts";
import * as catalog from "#src/services/catalog.ts";
import { resourceContentOf } from "#views/catalog/content.ts";
import { type Part, ResourcePage } from "#views/catalog/resource.tsx";
import { ResourcesPage, type Template, variableField } from "#views/catalog/resources.tsx";
import { isSchema, type Json, resourceOf, type Schema, textIn } from "#views/catalog/said.ts";
import { pathWith } from "#views/servers/paths.ts";

const maxUriChars = 8_192;
const maxTemplates = 100;

export const resourcesPages = (asking: Asking) =>
  new Elysia({ name: "pages.catalog.resources", prefix: "/w/:workspace_uuid/servers/:server_id/resources" })
    .use(asking)

    .get(
      "/",
      async (asked) => {
        const { frame, q, said, items, trouble, status } = await listing(asked, {
          fetch: catalog.resources,
          itemsIn: (said) => said.resources,
          read: resourceOf,
          textOf: ({ name, uri }) => `${name} ${uri}`,
        });
        const templates = said ? templatesIn(said.resourceTemplates) : [];
        return show(
          <ResourcesPage {...frame} q={q} resources={items} templates={templates} trouble={trouble} />,
          { status },
        );
      },
      { member: "apps:read", params: ServerParams },
    )

    .get(
      "/read",
      async (asked) => {
        const { pathname, searchParams } = new URL(asked.request.url);
        const template = searchParams.get("template");
        return template === null
          ? showResource(asked, new SentForm())
          : seeOther(pathWith(pathname, { uri: filledIn(template, searchParams) }));
      },
      { member: "apps:read", params: ServerParams },
    )

    .post("/read", ({ body, ...asked }) => showResource(asked, formIn(body)), {
      member: "apps:read",
      params: ServerParams,
    });

/** @param form - the answers to what the server asked before; empty where it has not */
async function showResource(asked: Asked, form: SentForm): Promise<Response> {
  const { ctx, params, request } = asked;
  const uri = new URL(request.url).searchParams.get("uri") ?? "";
  if (uri === "" || uri.length > maxUriChars)
    throw new AppError("bad_request", "Name the resource to read by its address.");
  const turn = await takeTurn(
    ctx,
    form,
    () => ({ ok: true, value: {} }),
    (input) =>
      ask(ctx, input, () => catalog.readResource(ctx, idOf(params.server_id), { uri, ...input.answers })),
  );
  return show(
    <ResourcePage
      {...await frameOf(asked)}
      uri={uri}
      parts={turn.done && turn.done.contents.filter(isSchema).map(partOf)}
      asked={turn.asked}
      refused={turn.refused}
      trouble={turn.trouble}
    />,
    { status: statusOfTurn(turn) },
  );
}

const templatesIn = (said: Json[]): Template[] =>
  said
    .filter(isSchema)
    .flatMap((one) => resourceOf(one) ?? [])
    .filter(({ uri }) => uri.length <= maxUriChars)
    .slice(0, maxTemplates)
    .map((resource) => ({ ...resource, variables: variablesOf(resource.uri) }));

function filledIn(template: string, query: URLSearchParams): string {
  const values = variablesOf(template).map(({ name }) => [name, query.get(variableField(name)) ?? ""]);
  return expand(template, Object.fromEntries(values));
}

const partOf = (said: Schema): Part => ({
  uri: textIn(said["uri"]) ?? "",
  mimeType: textIn(said["mimeType"]),
  content: resourceContentOf(said),
});
