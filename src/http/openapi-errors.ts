import { STATUS_CODES } from "node:http";
import type { ErrorCode } from "#src/errors.ts";
import { statusOf } from "#src/http/errors.ts";

type Json = Record<string, unknown>;

/** What any request can be refused for that may bring a body, wanted or not. */
export const codesOfBody: ErrorCode[] = [
  "bad_request",
  "body_too_large",
  "unsupported_media_type",
  "invalid",
];

/** The responses that some error codes make, by status, each with what its codes look like. */
export function errorResponses(codes: Iterable<ErrorCode>): Json {
  const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => statusOf[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\``).join(", "),
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Error" },
            examples: Object.fromEntries(
              group.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    ]),
  );
}

const requestId = "req_kq0V3v0t2sZ8yW1x";
const server = "https://switchyard.example.com/api/v2/w/8c1f4f0e-6d0c-4b53-9f8e-2f6a5b1f0c11/mcp-servers/7";
const appUuid = "0d9c3c1e-4a52-4a86-8a3c-5a4f3d2b9e10";
const authorizeUrl = `${server}/oauth/authorize`;

/** What each code looks like: a message for a person, and what a program can go on with. */
const looks: Record<ErrorCode, { message: string } & Json> = {
  bad_request: {
    message: "limit: Expected a whole number from 1 to 200.",
    errors: [{ path: "/limit", message: "Expected a whole number from 1 to 200." }],
  },
  not_authenticated: { message: "Sign in, or send an API key that works as `Authorization: Bearer sy_…`." },
  sign_in_failed: { message: "Google did not sign you in. Begin again.", errorDescription: "access_denied" },
  email_not_verified: {
    message:
      "Google does not say that your e-mail address is verified. Have it verified there, and sign in again.",
  },
  invitation_required: { message: "You have no account here. Ask somebody of the workspace to invite you." },
  insufficient_scope: { message: "This needs the apps:write scope.", requiredScope: "apps:write" },
  cross_origin: {
    message:
      "A change made with a session cookie must come from https://switchyard.example.com: send that as Origin, or use an API key.",
  },
  member_auth_required: {
    message: "Linear asks you to sign in. Open authorizeUrl in a browser.",
    authType: "oauth",
    authorizeUrl,
  },
  invalid_icon_token: { message: "This icon's address is not valid. Take a new one from the server." },
  not_found: { message: "There is no such thing here, or you cannot see it." },
  method_not_allowed: { message: "This endpoint takes GET, HEAD. See /api/docs.", allow: "GET, HEAD" },
  conflict: {
    message: "This workspace already has a server with this URL.",
    errors: [{ path: "/url", message: "Already taken." }],
  },
  authorization_required: {
    message: "Linear asks you to sign in. Open authorizeUrl in a browser.",
    authType: "oauth",
    authorizeUrl,
  },
  server_not_ready: { message: "Linear is not set up yet. Enable it first." },
  server_disabled: { message: "Linear is disabled. Enable it first." },
  not_oauth: { message: "Everything has no sign-in of its own: connect by its credentials." },
  manual_registration_required: {
    message: "Linear needs a client that somebody registers by hand.",
    redirectUri: `https://switchyard.example.com/api/v2/oauth/callback/${appUuid}`,
    appUuid,
  },
  issuer_changed: {
    message: "Linear now names another authorization server than the one its members signed in at.",
    issuer: "https://login.new.example.com",
    previousIssuer: "https://login.example.com",
  },
  body_too_large: { message: "The body is larger than 1 MiB." },
  unsupported_media_type: { message: "Send the body as application/json." },
  misdirected_request: { message: "This address is not served here. Use https://switchyard.example.com." },
  invalid: {
    message: "url: Expected text.",
    errors: [{ path: "/url", message: "Expected text." }],
  },
  url_not_allowed: {
    message:
      "No address on the public internet is known for this name. Check that it is spelled right; if the server is inside your network, the operator has to allow it with EGRESS_ALLOW=host:port.",
    stage: "dns",
  },
  discovery_failed: {
    message: "The authorization server does not support PKCE with S256.",
    stage: "http",
    rule: "pkce_s256",
  },
  rate_limited: { message: "Too many requests. Try again in 12 seconds.", retryAfterSeconds: 12 },
  cancelled: { message: "You stopped waiting before the server answered." },
  internal_error: { message: "Something broke on our side." },
  upstream_failed: { message: "Linear: The server answered with HTTP 500.", stage: "http" },
  upstream_timeout: { message: "Linear did not answer in time. Try again later.", stage: "connect" },
};

export const errorExamples: Json = Object.fromEntries(
  Object.entries(looks).map(([code, { message, ...fields }]) => [
    code,
    { value: { detail: { code, message, requestId, ...fields } } },
  ]),
);

const stages = ["dns", "connect", "tls", "http", "handshake", "list", "token"];
const text = (description: string) => ({ type: "string", description });

const facts = {
  code: {
    type: "string",
    enum: Object.keys(statusOf),
    description: "What the caller can do next; never changes.",
  },
  requestId: text("The same as in `X-Request-Id` and in the log."),
  errors: {
    type: "array",
    description: "What is wrong, by JSON Pointer.",
    items: {
      type: "object",
      required: ["path", "message"],
      properties: { path: { type: "string" }, message: { type: "string" } },
    },
  },
  requiredScope: text("What is missing: a scope, `session` or `owner`."),
  authType: { type: "string", enum: ["oauth", "direct_auth", "api_key"] },
  authorizeUrl: { type: "string", format: "uri", description: "To open in the member's browser." },
  reason: {
    type: "string",
    enum: ["refused", "answer_lost", "not_renewable", "client_unknown"],
    description: "Why the sign-in that there was is over; absent where there was none.",
  },
  appUuid: { type: "string", format: "uuid", description: "The server's identity as an app connection." },
  redirectUri: { type: "string", format: "uri", description: "To register at the authorization server." },
  issuer: text("The authorization server that the metadata names now."),
  previousIssuer: text("The one that credentials came from."),
  stage: { type: "string", enum: stages, description: "Where on the way to the remote server it broke." },
  rule: text("Which rule of MCP or OAuth the remote server's answer breaks."),
  rpcCode: { type: "integer", description: "The code of the JSON-RPC error that the MCP server answered." },
  error: text("The authorization server's own error code."),
  errorDescription: { type: ["string", "null"], description: "Its own words, untrusted." },
  allow: text("The methods that there are, as in `Allow`."),
  retryAfterSeconds: { type: "integer", minimum: 1 },
};

export const errorSchemas: Json = {
  Error: {
    type: "object",
    required: ["detail"],
    properties: {
      detail: {
        type: "object",
        required: ["code", "message", "requestId"],
        properties: { ...facts, message: text("For a person.") },
      },
    },
  },
  Problem: {
    type: "object",
    description: "The same facts by RFC 9457, for clients that accept `application/problem+json`.",
    required: ["type", "title", "status", "detail", "code", "requestId"],
    properties: {
      type: text("`urn:switchyard:error:` and the code."),
      title: {
        type: "string",
        enum: [...new Set(Object.values(statusOf).map((status) => STATUS_CODES[status] ?? "Error"))],
      },
      status: { type: "integer" },
      detail: text("For a person."),
      ...facts,
    },
  },
};
