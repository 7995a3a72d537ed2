import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { testApp } from "#tests/support/app.ts";
import { createValidator, type OpenApi } from "#tests/support/contract.ts";
import { makePeople } from "#tests/support/people.ts";
import { routesOf } from "#tests/support/routes.ts";

type Json = Record<string, unknown>;
type Media = { schema: Json; example?: unknown; examples?: Record<string, { $ref: string }> };
type Parameter = { name: string; in: string; required: boolean; description?: string; schema: Json };
type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, never[]>[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media>; headers?: Json }>;
};

const app = await testApp();
const ask = (path: string) => app.handle(new Request(new URL(path, app.deps.settings.publicUrl)));
const document = (await (await ask("/api/openapi.json")).json()) as OpenApi;

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    method,
    operation: operation as unknown as Operation,
  })),
);
const named = operations.map((one) => [one.name, one] as const);

test("a real validator finds the document valid", async () => {
  const validator = new Validator();

  const { valid, errors } = await validator.validate(structuredClone(document));

  expect([valid, errors, validator.version]).toEqual([true, undefined, "3.1"]);
});

/** Answered before any route is looked for. */
const probes = ["GET /healthz", "GET /metrics", "GET /readyz"];

test("every route of the API is documented, and the probes, and nothing else is", () => {
  const undocumented = ["/api/docs", "/api/openapi.json"];
  const routes = routesOf(app.deps)
    .filter(({ path }) => /^\/(api|oauth)\//.test(path) && !undocumented.some((one) => path.startsWith(one)))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);

  expect(operations.map(({ name }) => name).sort()).toEqual([...routes, ...probes].sort());
});

test("the fourteen endpoints of the contract are there, by their operation ids", () => {
  const ids = Object.fromEntries(operations.map(({ name, operation }) => [name, operation.operationId]));
  const base = "/api/v2/w/{workspace_uuid}/mcp-servers";

  expect(ids).toMatchObject({
    [`GET ${base}`]: "listMcpServers",
    [`POST ${base}/oauth-discovery`]: "discoverOAuth",
    [`GET ${base}/{server_id}`]: "getMcpServer",
    [`DELETE ${base}/{server_id}`]: "deleteMcpServer",
    [`POST ${base}/{server_id}/credentials`]: "createMcpServerCredential",
    [`POST ${base}/{server_id}/disable`]: "disableMcpServer",
    [`POST ${base}/{server_id}/enable`]: "enableMcpServer",
    [`GET ${base}/{server_id}/icon`]: "getMcpServerIcon",
    [`GET ${base}/{server_id}/members`]: "listMcpServerMembers",
    [`GET ${base}/{server_id}/oauth/authorize`]: "authorizeMcpServer",
    [`GET ${base}/{server_id}/prompts`]: "getMcpServerPrompts",
    [`GET ${base}/{server_id}/resources`]: "getMcpServerResources",
    [`POST ${base}/{server_id}/test`]: "testMcpServer",
    [`GET ${base}/{server_id}/tools`]: "getMcpServerTools",
  });
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining([
      "McpServerResponse",
      "McpServerMemberResponse",
      "McpServerSortField",
      "SortOrder",
      "OAuthDiscoveryRequest",
      "OAuthDiscoveryResponse",
      "TestResponse",
      "Error",
      "Problem",
    ]),
  );
});

test("operation ids are unique, and tags are exactly those that are described", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  const described = (document["tags"] as { name: string; description: string }[]).map(({ name }) => name);

  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[a-z][A-Za-z0-9]+$/.test(id))).toBe(true);
  expect([...new Set(operations.flatMap(({ operation }) => operation.tags))].sort()).toEqual(
    described.sort(),
  );
});

test.each(named)(
  "%s says what it does, who may, and what comes of it",
  (name, { path, method, operation }) => {
    expect(operation.summary).toMatch(/^[A-Z].+\.$/);
    expect(operation.description).toMatch(
      /Requires the `apps:(read|write|admin)` scope\.$|Public: no authentication\.$|Any API key or session\.$|API keys cannot do this\.$|`METRICS_TOKEN`\.$/,
    );
    expect(operation.tags).toHaveLength(1);

    const statuses = Object.keys(operation.responses).map(Number);
    expect(statuses.filter((status) => status < 400)).toHaveLength(1);
    if (probes.includes(name)) return;
    expect(statuses).toEqual(expect.arrayContaining([421, 429, 500]));
    if (operation.security.length > 0) expect(statuses).toEqual(expect.arrayContaining([401, 403]));
    if (path.includes("{workspace_uuid}")) expect(statuses).toContain(404);
    if (method !== "get") expect(statuses).toEqual(expect.arrayContaining([400, 413, 415, 422]));
    if (operation.parameters.some((parameter) => parameter.in === "query")) expect(statuses).toContain(400);
  },
);

test("the codes of a sign-in stand where a sign-in can end", () => {
  const codesOf = (id: string) => {
    const found = operations.find(({ operation }) => operation.operationId === id);
    return Object.values(found?.operation.responses ?? {}).flatMap(({ content }) =>
      Object.keys(content?.["application/json"]?.examples ?? {}),
    );
  };

  expect(codesOf("finishSignIn")).toEqual(
    expect.arrayContaining([
      "sign_in_failed",
      "email_not_verified",
      "invitation_required",
      "conflict",
      "not_found",
      "upstream_failed",
    ]),
  );
  expect(codesOf("signInWithProvider")).toEqual(
    expect.arrayContaining(["not_authenticated", "not_found", "conflict", "upstream_failed"]),
  );
  expect(codesOf("listSignInProviders")).not.toContain("sign_in_failed");
  expect(codesOf("signIn")).toEqual(expect.arrayContaining(["not_authenticated", "cross_origin"]));
});

test.each(named)("%s describes its parameters, those in the path as required", (_, { path, operation }) => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const documented = operation.parameters.filter((parameter) => parameter.in === "path");

  expect(documented.map(({ name }) => name).sort()).toEqual(inPath.sort());
  expect(documented.every(({ required }) => required)).toBe(true);
  for (const { name, schema } of operation.parameters)
    expect([name, "$ref" in schema || "type" in schema]).toEqual([name, true]);
});

test.each(named)("%s has examples, and they fit their schemas", (_, { operation }) => {
  const validator = createValidator(document);
  const answers = Object.values(operation.responses).flatMap(({ content = {} }) => Object.entries(content));
  const body = Object.entries(operation.requestBody?.content ?? {});

  for (const [type, media] of [...answers, ...body]) {
    const examples = [
      ...(media.example === undefined ? [] : [media.example]),
      ...Object.values(media.examples ?? {}).map(
        ({ $ref }) => document.components.examples[$ref.split("/").at(-1) ?? ""]?.value,
      ),
    ];
    const validate = validator.of(media.schema);
    for (const example of examples) expect([validate(example), validate.errors]).toEqual([true, null]);
    if (type === "application/json" && body.every(([, one]) => one !== media))
      expect(examples.length).toBeGreaterThan(0);
  }
});

test("what a schema names is there", () => {
  const text = JSON.stringify(document);
  const refs = new Set(
    [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind, name]) => `${kind}/${name}`),
  );
  const there = Object.entries(document.components).flatMap(([kind, all]) =>
    Object.keys(all).map((name) => `${kind}/${name}`),
  );

  expect([...refs].filter((ref) => !there.includes(ref))).toEqual([]);
  expect(text).not.toMatch(/"\$id"|documentedAs|x-error-codes|"format":"integer"/);
});

test("addresses are built from the public URL, and the cookie has the name that it has there", async () => {
  const secure = await testApp({ PUBLIC_URL: "https://switchyard.example.com" });

  const response = await secure.handle(new Request("https://switchyard.example.com/api/openapi.json"));

  const { servers, components } = (await response.json()) as {
    servers: unknown;
    components: { securitySchemes: { session: { name: string } } };
  };
  expect(servers).toEqual([{ url: "https://switchyard.example.com" }]);
  expect(components.securitySchemes.session.name).toBe("__Host-sy_session");
});

test("the page for it loads nothing from elsewhere, and needs nothing that the policy forbids", async () => {
  const response = await ask("/api/docs");
  const html = await response.text();

  const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map(([, source = ""]) => source)
    .filter((source) => source !== "data:,");
  expect(response.headers.get("content-type")).toBe("text/html;charset=utf-8");
  expect(html).not.toMatch(/<script>|<style| style=| on\w+=|https?:/);
  expect(sources.length).toBeGreaterThan(3);
  for (const source of sources) expect([source, (await ask(source)).status]).toEqual([source, 200]);
  const types = await Promise.all(
    sources.map(async (source) => (await ask(source)).headers.get("content-type")),
  );
  expect(types).toEqual(
    expect.arrayContaining([
      "text/css;charset=utf-8",
      "text/javascript;charset=utf-8",
      "application/json;charset=utf-8",
    ]),
  );
});

test("both are there for anybody, and the document is not sent again to who has it", async () => {
  const { stranger } = await makePeople(app);
  const etag = (await stranger.send("/api/openapi.json", {})).headers.get("etag") ?? "";

  const again = await stranger.send("/api/openapi.json", { headers: { "if-none-match": etag } });

  expect(again.status).toBe(304);
  expect((await stranger.send("/api/docs/", {})).status).toBe(200);
});
