import { swagger } from "@elysiajs/swagger";
import { type AnyElysia, Elysia } from "elysia";
import { statusOf } from "#src/http/errors.ts";

type Json = Record<string, unknown>;

const specPath = "/openapi.json";

/**
 * The OpenAPI 3.1 document of some routes.
 *
 * The plugin's own document is no valid one (it speaks of 3.0.3, repeats schemas, lists content types nobody takes): it
 * is made in an app that serves nobody, and mended here.
 */
export async function openapiOf(routes: AnyElysia, about: { publicUrl: URL; version: string }): Promise<Json> {
  const scribe = new Elysia()
    .use(swagger({ path: "/page", specPath, excludeStaticFile: false, documentation: { tags } }))
    .use(routes);
  const raw = await scribe.handle(new Request(`http://localhost${specPath}`));
  const { paths, tags: tagList } = (await raw.json()) as { paths: Record<string, Json>; tags: Json[] };

  const components: Json = { Error: errorSchema, Problem: problemSchema };
  const mended = Object.entries(paths).map(([path, item]) => [
    path.length > 1 ? path.replace(/\/$/, "") : path,
    Object.fromEntries(Object.entries(item).map(([method, one]) => [method, operation(one as Json, components)])),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Switchyard",
      version: about.version,
      description: "Remote MCP servers of a workspace, and the connections its members hold to them.",
    },
    servers: [{ url: about.publicUrl.origin }],
    tags: tagList,
    paths: Object.fromEntries(mended),
    components: { schemas: components, securitySchemes },
  };
}

function operation(one: Json, components: Json): Json {
  const parameters = (one["parameters"] ?? []) as Json[];
  const requestBody = one["requestBody"] as Json | undefined;
  const responses = one["responses"] as Record<string, Json>;
  return {
    ...one,
    parameters: parameters.map((parameter) => parameterOf(parameter, components)),
    ...(requestBody ? { requestBody: bodyOf(requestBody, components) } : {}),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, responseOf(response, components)]),
    ),
  };
}

function parameterOf(parameter: Json, components: Json): Json {
  const { description, examples: _, ...rest } = parameter;
  return {
    ...rest,
    ...(description === undefined ? {} : { description }),
    schema: schemaOf(parameter["schema"], components),
    required: parameter["in"] === "path" || parameter["required"] === true,
  };
}

/** JSON is the only body there is; where null is among its schemas, it may be left out. */
function bodyOf(body: Json, components: Json): Json {
  const schema = schemaOf((body["content"] as Record<string, Json>)["application/json"]?.["schema"], components) as Json;
  const variants = (schema["anyOf"] ?? [schema]) as Json[];
  const objects = variants.filter((variant) => variant["type"] !== "null");
  return {
    required: objects.length === variants.length,
    content: { "application/json": { schema: objects.length === 1 ? objects[0] : schema } },
  };
}

const responseOf = (response: Json, components: Json): Json => ({
  ...response,
  ...(response["content"]
    ? {
        content: Object.fromEntries(
          Object.entries(response["content"] as Record<string, Json>).map(([type, media]) => [
            type,
            { ...media, schema: schemaOf(media["schema"], components) },
          ]),
        ),
      }
    : {}),
});

/** Hoists what carries an `$id`, and says what is meant where Elysia's schema says how it is read. */
function schemaOf(schema: unknown, components: Json): unknown {
  if (Array.isArray(schema)) return schema.map((one) => schemaOf(one, components));
  if (typeof schema !== "object" || schema === null) return schema;
  const { $id, documentedAs, ...plain } = schema as Json;
  if (typeof $id === "string") {
    components[$id] ??= schemaOf(plain, components);
    return { $ref: `#/components/schemas/${$id}` };
  }
  if (documentedAs) return documentedAs;

  const read = asMeant(plain);
  return Object.fromEntries(
    Object.entries(read).map(([key, value]) => [
      key,
      key === "properties"
        ? Object.fromEntries(Object.entries(value as Json).map(([name, one]) => [name, schemaOf(one, components)]))
        : schemaOf(value, components),
    ]),
  );
}

const coerced = new Set(["integer", "numeric", "boolean", "date", "ObjectString", "ArrayString"]);

/** A query's number is "a text that reads as a number, or a number" to Elysia; several literals are one enumeration. */
function asMeant(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const real = anyOf.filter((one: Json) => !(one["type"] === "string" && coerced.has(String(one["format"]))));
  if (real.length === 1 && real.length < anyOf.length) return { ...rest, ...(real[0] as Json) };
  if (anyOf.every((one: Json) => "const" in one))
    return { ...rest, type: typeof anyOf[0].const, enum: anyOf.map((one: Json) => one["const"]) };
  return schema;
}

const tags = [
  { name: "OAuth", description: "How servers want to be authorized, and members' authorizations in flight." },
  { name: "MCP servers", description: "Add, set up, test, switch and remove servers." },
  { name: "Connections", description: "Members' own connections to servers." },
  { name: "Catalog", description: "What a server offers: tools, prompts and resources, live." },
  { name: "API keys", description: "Keys of one member, for programs." },
  { name: "Audit", description: "Who did what to what." },
];

const securitySchemes = {
  apiKey: { type: "http", scheme: "bearer", description: "An API key, `sy_…`, of one member in one workspace." },
  session: { type: "apiKey", in: "cookie", name: "sy_session", description: "Set by signing in." },
};

const fieldErrors = {
  type: "array",
  description: "What is wrong, by JSON Pointer.",
  items: {
    type: "object",
    required: ["path", "message"],
    properties: { path: { type: "string" }, message: { type: "string" } },
  },
};

const facts = {
  code: { type: "string", enum: Object.keys(statusOf), description: "What the caller can do next; never changes." },
  requestId: { type: "string", description: "The same as in `X-Request-Id` and in the log." },
  errors: fieldErrors,
  stage: { type: "string", description: "Where on the way to the remote server it broke." },
  requiredScope: { type: "string" },
  authType: { type: "string", enum: ["oauth", "direct_auth", "api_key"] },
  authorizeUrl: { type: "string", format: "uri", description: "To open in the member's browser." },
  appUuid: { type: "string", format: "uuid" },
};

const errorSchema = {
  type: "object",
  required: ["detail"],
  properties: {
    detail: {
      type: "object",
      required: ["code", "message", "requestId"],
      properties: { ...facts, message: { type: "string", description: "For a person." } },
    },
  },
};

const problemSchema = {
  type: "object",
  description: "The same facts by RFC 9457, for clients that accept `application/problem+json`.",
  required: ["type", "title", "status", "detail", "code", "requestId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "For a person." },
    ...facts,
  },
};
