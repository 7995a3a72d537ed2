import { swagger } from "@elysiajs/swagger";
import { type AnyElysia, Elysia } from "elysia";
import type { ErrorCode } from "#src/errors.ts";
import { bodyExampleKey, errorCodesKey } from "#src/http/documented.ts";
import { codesOfBody, errorExamples, errorResponses, errorSchemas } from "#src/http/openapi-errors.ts";
import { metricsScheme, probePaths } from "#src/http/openapi-probes.ts";
import { schemaOf } from "#src/http/openapi-schemas.ts";
import { sessionCookieName } from "#src/http/session-cookie.ts";

type Json = Record<string, unknown>;

const specPath = "/openapi.json";

/**
 * The OpenAPI 3.1 document of some routes.
 *
 * The plugin's own document is no valid one (it speaks of 3.0.3, repeats schemas, lists content types nobody takes): it
 * is made in an app that serves nobody, and mended here.
 */
export async function openapiOf(
  routes: AnyElysia,
  about: { publicUrl: URL; version: string },
): Promise<Json> {
  const scribe = new Elysia().use(swagger({ path: "/page", specPath, excludeStaticFile: false })).use(routes);
  const raw = await scribe.handle(new Request(`http://localhost${specPath}`));
  const { paths } = (await raw.json()) as { paths: Record<string, Record<string, Json>> };

  const components: Json = { ...errorSchemas };
  const mended = Object.entries(paths).map(([path, item]) => [
    path.replace(/(?<=.)\/$/, ""),
    Object.fromEntries(
      Object.entries(item).map(([method, one]) => [method, operationOf(method, one, components)]),
    ),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "Switchyard", version: about.version, description },
    servers: [{ url: about.publicUrl.origin }],
    tags,
    paths: { ...Object.fromEntries(mended), ...probePaths },
    components: {
      schemas: components,
      examples: errorExamples,
      securitySchemes: securitySchemes(about.publicUrl),
    },
  };
}

function operationOf(method: string, one: Json, components: Json): Json {
  const {
    [errorCodesKey]: codes,
    [bodyExampleKey]: example,
    parameters = [],
    requestBody,
    responses,
    ...rest
  } = one;
  const body = requestBody ? bodyOf(requestBody as Json, components, example) : null;
  const takesQuery = (parameters as Json[]).some((parameter) => parameter["in"] === "query");
  const allCodes: ErrorCode[] = [
    ...(codes as ErrorCode[]),
    ...(takesQuery ? (["bad_request"] as const) : []),
    ...(method === "get" ? [] : codesOfBody),
  ];
  return {
    ...rest,
    parameters: (parameters as Json[]).map((parameter) => parameterOf(parameter, components)),
    ...(body ? { requestBody: body } : {}),
    responses: { ...answersOf(responses as Record<string, Json>, components), ...errorResponses(allCodes) },
  };
}

/** The plugin takes the description out of the schema; a schema with a name of its own keeps it. */
function parameterOf(parameter: Json, components: Json): Json {
  const { description, examples: _, schema, ...rest } = parameter;
  const said = description === undefined ? {} : { description };
  const isNamed = "$id" in (schema as Json);
  return {
    ...rest,
    ...said,
    schema: schemaOf(isNamed ? { ...(schema as Json), ...said } : schema, components),
    required: parameter["in"] === "path" || parameter["required"] === true,
  };
}

/** JSON is the only body there is; where null is among its schemas, it may be left out. Null where nothing may be sent. */
function bodyOf(body: Json, components: Json, example: unknown): Json | null {
  const given = (body["content"] as Record<string, Json>)["application/json"]?.["schema"];
  const schema = schemaOf(given, components) as Json;
  const variants = (schema["anyOf"] ?? [schema]) as Json[];
  const objects = variants.filter((variant) => variant["type"] !== "null");
  if (objects.every((one) => Object.keys((one["properties"] ?? {}) as Json).length === 0 && !("$ref" in one)))
    return null;
  return {
    required: objects.length === variants.length,
    content: {
      "application/json": {
        schema: objects.length === 1 ? objects[0] : schema,
        ...(example === undefined ? {} : { example }),
      },
    },
  };
}

function answersOf(responses: Record<string, Json>, components: Json): Json {
  const mediaOf = (content: Record<string, Json>) =>
    Object.fromEntries(
      Object.entries(content).map(([type, media]) => [
        type,
        { ...media, schema: schemaOf(media["schema"], components) },
      ]),
    );
  return Object.fromEntries(
    Object.entries(responses).map(([status, { content, ...response }]) => [
      status,
      { ...response, ...(content ? { content: mediaOf(content as Record<string, Json>) } : {}) },
    ]),
  );
}

const description = `Remote MCP servers of a workspace, and the connections its members hold to them.

**Who asks.** \`Authorization: Bearer sy_…\`, an API key of one member in one workspace; or the session cookie of a browser, whose changes must come from our own origin. \`apps:admin\` implies \`apps:write\`, which implies \`apps:read\`.

**Errors** are \`{ "detail": { "code", "message", "requestId", … } }\`. A program goes by \`code\`, which never changes; \`message\` is for a person. With \`Accept: application/problem+json\` they are RFC 9457 documents with the same facts. What another workspace has, or a member may not see, is \`not_found\`, like what never was.

**Lists** are bare arrays. Where more follows, \`Link\` has the next page's address; \`X-Total-Count\` tells how many there are in all.

**Reads** carry a weak \`ETag\`; \`If-None-Match\` gives 304.

**Limits.** \`RateLimit\` and \`RateLimit-Policy\` tell what is left; 429 comes with \`Retry-After\`.

**Methods.** \`HEAD\` goes wherever \`GET\` does. A method that a path does not take gets 405 (\`method_not_allowed\`) with \`Allow\`, which \`OPTIONS\` tells as well. No other origin's pages may read answers: there is no CORS.

**Hosts.** Only our own address answers: another name for the same machine gets 421, so that no foreign page can pass for us.

Every answer carries \`X-Request-Id\`. Times are ISO 8601, UTC, with milliseconds. Unknown fields in a body are refused.`;

const tags = [
  { name: "MCP servers", description: "Add, set up, test, switch and remove servers." },
  {
    name: "OAuth",
    description: "How servers want to be authorized, and members' authorizations in flight.",
  },
  { name: "Connections", description: "Members' own connections to servers." },
  { name: "Catalog", description: "What a server offers: tools, prompts and resources, live." },
  { name: "Set-up", description: "The first start, once." },
  { name: "Session", description: "Signing in and out, and who one is." },
  { name: "Workspaces", description: "Where servers and members belong." },
  { name: "Members", description: "Who is in a workspace, and with which role." },
  { name: "Invitations", description: "How somebody comes to be a member." },
  { name: "API keys", description: "Keys of one member, for programs." },
  { name: "Audit", description: "Who did what to what." },
  { name: "Operation", description: "For load balancers and monitoring." },
];

const securitySchemes = (publicUrl: URL) => ({
  apiKey: { type: "http", scheme: "bearer", description: "An API key, `sy_…`." },
  session: {
    type: "apiKey",
    in: "cookie",
    name: sessionCookieName(publicUrl),
    description: "Set by signing in.",
  },
  metrics: metricsScheme,
});
