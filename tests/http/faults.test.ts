import { expect, test } from "bun:test";
import { getSchemaValidator, t, type TSchema, ValidationError } from "elysia";
import { createApp } from "#src/app.ts";
import { faultsOf } from "#src/http/faults.ts";
import { Body, NoBody, Whole } from "#src/http/params.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const faultsIn = (schema: TSchema, value: unknown, place = "body") => {
  const validator = getSchemaValidator(schema, {});
  if (validator.Check(value)) return [];
  return faultsOf(new ValidationError(place, validator, value));
};

/** What is said of one field, or of a body that is nothing but that. */
const saidOf = (schema: TSchema, value: unknown) =>
  faultsIn(t.Object({ field: schema }), { field: value }).map(({ message }) => message);

test.each([
  ["Expected text.", t.String(), 7],
  ["Expected at most 80 characters.", t.String({ maxLength: 80 }), "x".repeat(81)],
  ["Expected 1 to 2,048 characters.", t.String({ minLength: 1, maxLength: 2048 }), ""],
  ["Expected at least 1 character.", t.String({ minLength: 1 }), ""],
  ["Expected a letter.", t.String({ pattern: "^[a-z]$", expects: "a letter" }), "7"],
  ["Expected a whole number from 1 to 200.", Whole({ minimum: 1, maximum: 200 }), 1.5],
  ["Expected a whole number from 1 to 200.", Whole({ minimum: 1, maximum: 200 }), 201],
  ["Expected a whole number from 1 to 200.", Whole({ minimum: 1, maximum: 200 }), "7"],
  ["Expected a number.", t.Number(), "7"],
  ["Expected true or false.", t.Boolean(), "yes"],
  ["Expected a list.", t.Array(t.String()), {}],
  ["Expected 1 to 3 entries.", t.Array(t.String(), { minItems: 1, maxItems: 3 }), []],
  ["Expected each entry only once.", t.Array(t.String(), { uniqueItems: true }), ["x", "x"]],
  ["Expected an object.", Body({}), []],
  ["Expected one of asc, desc.", t.UnionEnum(["asc", "desc"]), "up"],
  ["Expected one of asc, desc.", t.Union([t.Literal("asc"), t.Literal("desc")]), 7],
  ["Expected one of a, b, or null.", t.Union([t.Union([t.Literal("a"), t.Literal("b")]), t.Null()]), 7],
  ["Expected text or null.", t.Union([t.String({ maxLength: 3 }), t.Null()]), 7],
  ["Expected at most 3 characters.", t.Union([t.String({ maxLength: 3 }), t.Null()]), "longer"],
  ["This field is missing.", t.String(), undefined],
] as [string, TSchema, unknown][])("%s", (message, schema, value) => {
  expect(saidOf(schema, value)).toEqual([message]);
});

test("every fault is told at once, each where it is", () => {
  const schema = Body({ url: t.String(), header: Body({ name: t.String() }), names: t.Array(t.String()) });

  const faults = faultsIn(schema, { url: 1, header: { name: null, "a/b": 1 }, names: ["x", 2], secret: "s" });

  expect(faults).toEqual([
    { path: "/secret", message: "This field is not known." },
    { path: "/url", message: "Expected text." },
    { path: "/header/a~1b", message: "This field is not known." },
    { path: "/header/name", message: "Expected text." },
    { path: "/names/1", message: "Expected text." },
  ]);
});

test("of several bodies that are taken, the one that was meant is told about", () => {
  const either = t.Union([Body({ email: t.String(), name: t.String() }), Body({}), t.Null()]);

  expect(faultsIn(either, { email: "ada@example.com" })).toEqual([
    { path: "/name", message: "This field is missing." },
  ]);
  expect(faultsIn(either, { token: "x" })).toEqual([{ path: "/token", message: "This field is not known." }]);
  expect(faultsIn(NoBody(), 7)).toEqual([{ path: "", message: "Expected a JSON object or no body." }]);
});

test("what a query lacks, or has too much of, is a parameter", () => {
  const schema = t.Object({ uri: t.String() }, { additionalProperties: false });

  expect(faultsIn(schema, { url: "x" }, "query")).toEqual([
    { path: "/uri", message: "This parameter is missing." },
    { path: "/url", message: "This parameter is not known." },
  ]);
});

test("of a body full of unknown fields no more is read than is told", () => {
  const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, number) => [`field${number}`, 1]));

  expect(faultsIn(Body({}), many)).toHaveLength(20);
  expect(faultsIn(NoBody(), many)).toHaveLength(20);
});

const app = await testApp();

const schemas = createApp(app.deps).routes.flatMap(({ method, path, hooks }) =>
  (["body", "query"] as const).flatMap((place) =>
    hooks[place] ? [[`${place} of ${method} ${path}`, hooks[place] as TSchema] as const] : [],
  ),
);

const canary = "canary-that-must-not-come-back";
const wrong = [
  undefined,
  null,
  "",
  canary,
  canary.repeat(300),
  "\0",
  -1,
  0.5,
  1e300,
  true,
  [],
  [canary, canary],
  [{}],
  {},
  { unknown: canary },
  { "": canary },
];

/** The value with each of the wrong ones in each of its schema's places. */
function* spoilt(schema: TSchema): Generator<unknown> {
  yield* wrong;
  for (const variant of (schema["anyOf"] ?? []) as TSchema[]) yield* spoilt(variant);
  for (const item of spoiltItems(schema)) yield [item];
  for (const [name, field] of Object.entries((schema["properties"] ?? {}) as Record<string, TSchema>))
    for (const value of spoilt(field)) yield { [name]: value };
}

const spoiltItems = ({ items }: TSchema): Iterable<unknown> => (items ? spoilt(items as TSchema) : []);

test("there are schemas to spoil", () => {
  expect(schemas.length).toBeGreaterThan(30);
});

test.each(schemas)("%s: no word of the validator's is left, and nothing of what was sent", (_, schema) => {
  const messages = [...spoilt(schema)].flatMap((value) =>
    faultsIn(schema, value).map(({ message }) => message),
  );

  expect(messages.length).toBeGreaterThan(0);
  const ours =
    /^(?:This field is (?:not known|missing)|Expected (?!something else|string|kind|union|required).+)\.$/;
  for (const message of new Set(messages)) {
    expect(message).toMatch(ours);
    expect(message).not.toMatch(/[\^$'"{}\\]|pattern|property|array|elements|multiple|greater|less/);
    expect(message).not.toContain(canary);
  }
});

test("every pattern says in words what it means", () => {
  const silent = (schema: TSchema): boolean =>
    (schema["pattern"] !== undefined || schema["format"] !== undefined) && !schema["expects"];
  const parts = (schema: TSchema): TSchema[] => [
    schema,
    ...[
      ...((schema["anyOf"] ?? []) as TSchema[]),
      ...Object.values((schema["properties"] ?? {}) as Record<string, TSchema>),
      ...(schema["items"] ? [schema["items"] as TSchema] : []),
    ].flatMap(parts),
  ];

  expect(schemas.flatMap(([name, schema]) => (parts(schema).some(silent) ? [name] : []))).toEqual([]);
});

test("a refused body and a refused query are told in these words", async () => {
  const { ada } = await makePeople(app);

  const body = await ada.post("mcp-servers", { url: 7, authType: "basic", header: [], more: canary });
  const query = await ada.get("mcp-servers?sortBy=size&sortOrder=up&limit=0&enabled=maybe&state=ON");

  expect(body.body).toMatchObject({
    detail: {
      code: "invalid",
      message:
        "more: This field is not known. url: Expected text. authType: Expected one of oauth, direct_auth, api_key. And 1 more.",
      errors: [
        { path: "/more", message: "This field is not known." },
        { path: "/url", message: "Expected text." },
        { path: "/authType", message: "Expected one of oauth, direct_auth, api_key." },
        { path: "/header", message: "Expected an object." },
      ],
    },
  });
  expect(query.body).toMatchObject({
    detail: {
      code: "bad_request",
      errors: [
        { path: "/sortBy", message: "Expected one of name, createdAt, updatedAt, state, memberCount." },
        { path: "/sortOrder", message: "Expected one of asc, desc." },
        { path: "/state", message: "Expected one of REGISTER, AUTHORIZE, READY." },
        { path: "/enabled", message: "Expected true or false." },
        { path: "/limit", message: "Expected a whole number from 1 to 200." },
      ],
    },
  });
});
