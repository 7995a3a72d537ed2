import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

type Json = Record<string, unknown>;
type Media = { schema: Json; examples?: Record<string, unknown> };
type Operation = { operationId: string; responses: Record<string, { content?: Record<string, Media> }> };

/** The parts of an OpenAPI document that tests read. */
export type OpenApi = {
  paths: Record<string, Record<string, Operation & Json>>;
  components: { schemas: Record<string, Json>; examples: Record<string, { value: unknown }> };
} & Json;

type Handle = (request: Request) => Promise<Response>;

/** Holds answers against the document that the app itself serves at `/api/openapi.json`. */
export type Contract = {
  /** @throws where an answer of a documented path is not as the document says */
  check(request: Request, response: Response): Promise<void>;
};

let loading: Promise<Contract> | undefined;

/** The same for all apps of a process: documents differ by their public URL alone. */
export const contractOf = (handle: Handle, publicUrl: URL): Promise<Contract> =>
  (loading ??= handle(new Request(new URL("/api/openapi.json", publicUrl)))
    .then((response) => response.json() as Promise<OpenApi>)
    .then(createContract));

function createContract(document: OpenApi): Contract {
  const validator = createValidator(document);
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, operation, pattern: patternOf(path) })),
  );
  // `…/oauth-discovery` before `…/{server_id}`, as routers do.
  operations.sort((a, b) => a.pattern.names - b.pattern.names);

  return {
    async check(request, response) {
      const { pathname } = new URL(request.url);
      const found = operations.find(
        ({ method, pattern }) => method === request.method.toLowerCase() && pattern.path.test(pathname),
      );
      const where = `${request.method} ${found?.operation.operationId ?? pathname} → ${response.status}`;
      if (!response.headers.has("x-request-id")) throw new Error(`${where}: no X-Request-Id`);
      // A page, a redirect within our pages, what nothing has changed of, or what nobody reads.
      if (!found || [304, 499].includes(response.status)) return;

      const documented = found.operation.responses[String(response.status)];
      if (!documented) throw new Error(`${where}: undocumented. ${await response.clone().text()}`);
      await checkBody(where, documented.content, response, validator);
    },
  };
}

async function checkBody(
  where: string,
  content: Record<string, Media> | undefined,
  response: Response,
  validator: Validator,
): Promise<void> {
  const type = response.headers.get("content-type")?.split(";")[0];
  if (type === undefined || type === "text/html" || type.startsWith("image/")) return;
  const media = content?.[type];
  if (!media) throw new Error(`${where}: ${type} is undocumented`);

  if (!type.endsWith("json")) return;
  const body: unknown = await response.clone().json();
  const validate = validator.of(media.schema);
  if (!validate(body))
    throw new Error(`${where}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(body)}`);

  if (response.status >= 400) checkError(where, content, response, body as Said);
}

type Said = { requestId?: string; code?: string; detail?: { requestId?: string; code?: string } };

function checkError(
  where: string,
  content: Record<string, Media> | undefined,
  response: Response,
  said: Said,
): void {
  // What a probe says of itself is no error.
  if (said.detail === undefined) return;
  if ((said.requestId ?? said.detail.requestId) !== response.headers.get("x-request-id"))
    throw new Error(`${where}: the error has another request id than the header`);
  const code = said.code ?? said.detail.code ?? "none";
  if (!Object.keys(content?.["application/json"]?.examples ?? {}).includes(code))
    throw new Error(`${where}: ${code} is undocumented there`);
}

type Validator = { of(schema: Json): ValidateFunction };

/** Stricter than a client should be: what an answer holds and the document does not tell of is a fault. */
export function createValidator(document: OpenApi): Validator {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const compiled = new Map<Json, ValidateFunction>();
  const schemas = Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, closed(schema)]),
  );
  return {
    of(schema) {
      let validate = compiled.get(schema);
      if (!validate) {
        validate = ajv.compile({ ...(closed(schema) as Json), components: { schemas } });
        compiled.set(schema, validate);
      }
      return validate;
    },
  };
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in inner && !("additionalProperties" in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}

function patternOf(path: string): { path: RegExp; names: number } {
  const names = path.match(/\{\w+\}/g)?.length ?? 0;
  const literal = path.replaceAll(/[.\\+*?^$()|[\]]/g, "\\$&");
  return { path: new RegExp(`^${literal.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`), names };
}
