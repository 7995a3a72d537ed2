import type { TSchema } from "elysia";
import type { ErrorCode } from "#src/errors.ts";
import type { Scope } from "#src/services/context.ts";

type Answer = {
  status?: number;
  description?: string;
  schema?: TSchema;
  contentType?: string;
  headers?: Record<string, string>;
};

/** What the OpenAPI document says of one route beyond its parameters and body. */
export type Documentation = {
  /** The operation id, such as `getMcpServerTools`: client generators make method names of it. */
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** The scope asked for; absent where a route asks for none. */
  scope?: Scope;
  /** Who may call it where no scope says so. */
  access?: "public" | "session" | "any key or session";
  answer: Answer;
  /** Codes beyond those that follow from `scope`, and from what a request may bring: a query, a body. */
  errors?: readonly ErrorCode[];
  example?: unknown;
  /** A body as a client would send it. */
  bodyExample?: unknown;
};

/** Under which a route's example of a body stands until then. */
export const bodyExampleKey = "x-body-example";

/** Under which a route's codes stand until `openapiOf` makes responses of them. */
export const errorCodesKey = "x-error-codes";

const always: ErrorCode[] = ["misdirected_request", "rate_limited", "internal_error"];
const ofSignIn: ErrorCode[] = ["not_authenticated", "cross_origin"];
const ofScope: ErrorCode[] = ["insufficient_scope", "not_found"];

/** The `detail` of a route. The document is proved valid, and every answer of the test suite is held against it. */
export function documented(route: Documentation) {
  const codes = new Set<ErrorCode>([
    ...always,
    ...(route.access === "public" ? [] : ofSignIn),
    ...(route.scope ? ofScope : []),
    ...(route.access === "session" ? (["insufficient_scope"] as const) : []),
    ...(route.errors ?? []),
  ]);
  return {
    detail: {
      operationId: route.id,
      tags: [route.tag],
      summary: route.summary,
      description: [route.description, accessOf(route)].filter(Boolean).join("\n\n"),
      security: securityOf(route),
      responses: answerOf(route) as never,
      [errorCodesKey]: [...codes].sort(),
      ...(route.bodyExample === undefined ? {} : { [bodyExampleKey]: route.bodyExample }),
    },
  };
}

function accessOf(route: Documentation): string {
  if (route.scope) return `Requires the \`${route.scope}\` scope.`;
  if (route.access === "session") return "Requires a signed-in session; API keys cannot do this.";
  return route.access === "public" ? "Public: no authentication." : "Any API key or session.";
}

function securityOf({ access }: Documentation): Record<string, string[]>[] {
  if (access === "public") return [];
  return access === "session" ? [{ session: [] }] : [{ apiKey: [] }, { session: [] }];
}

function answerOf({ answer, example }: Documentation) {
  const content = answer.schema && {
    [answer.contentType ?? "application/json"]: {
      schema: answer.schema,
      ...(example === undefined ? {} : { example }),
    },
  };
  const headers =
    answer.headers &&
    Object.fromEntries(
      Object.entries(answer.headers).map(([name, description]) => [
        name,
        { description, schema: { type: "string" } },
      ]),
    );
  return {
    [answer.status ?? 200]: {
      description: answer.description ?? "Done.",
      ...(content ? { content } : {}),
      ...(headers ? { headers } : {}),
    },
  };
}
