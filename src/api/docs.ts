import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AnyElysia, Elysia } from "elysia";
import { openapiOf } from "#src/http/openapi.ts";
import { version } from "#src/version.ts";

const assets = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
const stylesheet = join(assets, "swagger-ui.css");
const bundle = join(assets, "swagger-ui-bundle.js");

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchyard API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<main id="docs"><p>The API as a document: <a href="/api/openapi.json">openapi.json</a></p></main>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });
`;

/** The contract for programs at `/api/openapi.json` and for people at `/api/docs`: all of it from our own origin. */
export const docsApi = (routes: AnyElysia, publicUrl: URL) => {
  let document: ReturnType<typeof openapiOf> | undefined;
  const file = (path: string, type: string) => () =>
    new Response(Bun.file(path), {
      headers: { "content-type": type, "cache-control": "public, max-age=86400" },
    });
  const text = (body: string, type: string) => () =>
    new Response(body, { headers: { "content-type": type, "cache-control": "no-cache" } });

  return new Elysia({ name: "api.docs", detail: { hide: true } })
    .get("/api/openapi.json", async () => await (document ??= openapiOf(routes, { publicUrl, version })))
    .get("/api/docs", text(page, "text/html;charset=utf-8"))
    .get("/api/docs/start.js", text(start, "text/javascript;charset=utf-8"))
    .get("/api/docs/swagger-ui.css", file(stylesheet, "text/css;charset=utf-8"))
    .get("/api/docs/swagger-ui-bundle.js", file(bundle, "text/javascript;charset=utf-8"));
};
