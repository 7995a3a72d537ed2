import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { expand, variablesOf } from "#src/lib/uri-template.ts";
import { listed, wantedIn } from "#src/pages/catalog/listing.ts";
import { frameOf } from "#src/pages/servers/frame.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
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
        const { ctx, params, request } = asked;
        const wanted = wantedIn(request);
        const { done, trouble, status } = await inPlace(ctx, () =>
          catalog.resources(ctx, idOf(params.server_id)),
        );
        const resources =
          done &&
          listed(
            done.resources,
            { read: resourceOf, textOf: ({ name, uri }) => `${name} ${uri}` },
            { ...wanted, isTruncated: done.truncated ?? false },
          );
        return show(
          <ResourcesPage
            {...await frameOf(asked)}
            q={wanted.q}
            resources={resources}
            templates={done ? templatesIn(done.resourceTemplates) : []}
            trouble={trouble}
          />,
          { status },
        );
      },
      { member: "apps:read", params: ServerParams },
    )

    .get(
      "/read",
      async (asked) => {
        const { ctx, params, request } = asked;
        const { pathname, searchParams } = new URL(request.url);
        const template = searchParams.get("template");
        if (template !== null) return seeOther(pathWith(pathname, { uri: filledIn(template, searchParams) }));

        const uri = searchParams.get("uri") ?? "";
        if (uri === "" || uri.length > maxUriChars)
          throw new AppError("bad_request", "Name the resource to read by its address.");
        const { done, trouble, status } = await inPlace(ctx, () =>
          catalog.readResource(ctx, idOf(params.server_id), uri),
        );
        const parts = done && done.contents.filter(isSchema).map(partOf);
        return show(<ResourcePage {...await frameOf(asked)} uri={uri} parts={parts} trouble={trouble} />, {
          status,
        });
      },
      { member: "apps:read", params: ServerParams },
    );

const templatesIn = (said: Json[]): Template[] =>
  said
    .filter(isSchema)
    .flatMap((one) => resourceOf(one) ?? [])
    .filter(({ uri }) => uri.length <= maxUriChars)
    .slice(0, maxTemplates)
    .map((resource) => ({ ...resource, variables: variablesOf(resource.uri) }));

function filledIn(template: string, query: URLSearchParams): string {
  const values = variablesOf(template).map((name) => [name, query.get(variableField(name)) ?? ""]);
  return expand(template, Object.fromEntries(values));
}

const partOf = (said: Schema): Part => ({
  uri: textIn(said["uri"]) ?? "",
  mimeType: textIn(said["mimeType"]),
  content: resourceContentOf(said),
});
