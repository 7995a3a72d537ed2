import { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { ask, failureOf, jsonOf } from "#src/oauth/ask.ts";
import type { AuthorizationServer } from "#src/oauth/authorization-server.ts";
import {
  type TokenEndpointAuthMethod,
  tokenEndpointAuthMethods,
  type Client,
  methodToRegister,
} from "#src/oauth/client-authentication.ts";
import { type ClientDescription, clientMetadata } from "#src/oauth/client-metadata.ts";
import { readErrorCode } from "#src/oauth/error-code.ts";
import { RegistrationError } from "#src/oauth/errors.ts";
import { readFields } from "#src/oauth/fields.ts";

/** Of the year 9999. */
const LAST_SECOND = 253_402_300_799;

/** How our client comes to be known at an issuer. */
export type Registration = "client_id_metadata" | "dynamic" | "manual";

export type RegisteredClient = Client & {
  /** When the secret stops working (RFC 7591 §3.2.1); null for never. */
  clientSecretExpiresAt: Date | null;
};

/** MCP's order of preference, a client registered beforehand aside: metadata document, dynamic, by hand. */
export function chooseRegistration(server: AuthorizationServer, canPublishMetadata: boolean): Registration {
  const methods = server.tokenEndpointAuthMethodsSupported;
  // Our metadata document names a public client: it has nothing to prove itself with.
  const takesPublicClients = methods.length === 0 || methods.includes("none");
  if (server.clientIdMetadataDocumentSupported && canPublishMetadata && takesPublicClients)
    return "client_id_metadata";
  return server.registrationEndpoint !== null && methodToRegister(methods) !== null ? "dynamic" : "manual";
}

/**
 * Registers a client of ours (RFC 7591 §3). No `scope` is sent: servers take it for the most that may ever be asked, and
 * step-up would be impossible.
 *
 * @param description - its `redirectUri` must be in the answer, whatever else the server changes
 * @throws {RegistrationError}
 */
export async function registerClient(
  fetch: GuardedFetch,
  server: Pick<AuthorizationServer, "registrationEndpoint" | "tokenEndpointAuthMethodsSupported">,
  description: ClientDescription,
): Promise<RegisteredClient> {
  const method = methodToRegister(server.tokenEndpointAuthMethodsSupported);
  if (server.registrationEndpoint === null || method === null)
    throw new RegistrationError("refused", "The authorization server registers no client that we could be.");
  const json = await post(fetch, server.registrationEndpoint, clientMetadata(description, method));
  return parse(json, method, description.redirectUri);
}

async function post(fetch: GuardedFetch, url: string, metadata: object): Promise<unknown> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await ask(fetch, url, { method: "POST", headers, body: JSON.stringify(metadata) });
    const json = await jsonOf(response);
    if (response.status === 201 || response.status === 200) return json;
    throw refusal(response.status, json);
  } catch (error) {
    if (error instanceof RegistrationError) throw error;
    const { stage } = failureOf(error);
    throw new RegistrationError("unavailable", "The registration endpoint could not be reached.", {
      stage,
      cause: error,
    });
  }
}

function refusal(status: number, json: unknown): RegistrationError {
  const code = readErrorCode(json);
  if (status >= 500 || status === 408 || status === 429)
    return new RegistrationError("unavailable", `The registration endpoint answered with status ${status}.`, {
      code,
    });
  return new RegistrationError(
    "refused",
    `The authorization server did not register our client: ${code ?? `status ${status}`}.`,
    { code },
  );
}

function parse(json: unknown, asked: TokenEndpointAuthMethod, redirectUri: string): RegisteredClient {
  const unusable = (what: string): Error =>
    new RegistrationError("unusable", `The registration endpoint's answer ${what}.`);
  const fields = readFields(json, unusable);
  const clientId = fields.requiredText("client_id");
  const secret = fields.text("client_secret");
  const redirectUris = fields.texts("redirect_uris", 100);
  if (redirectUris && !redirectUris.includes(redirectUri))
    throw unusable("has another redirect URI than ours");

  const answered = fields.text("token_endpoint_auth_method") ?? (secret ? asked : "none");
  const tokenEndpointAuthMethod = tokenEndpointAuthMethods.find((method) => method === answered);
  if (!tokenEndpointAuthMethod) throw unusable("wants a way to authenticate that we do not have");
  if (tokenEndpointAuthMethod !== "none" && !secret) throw unusable("has no client secret");
  return {
    clientId,
    clientSecret: secret && tokenEndpointAuthMethod !== "none" ? new Secret(secret) : null,
    tokenEndpointAuthMethod,
    clientSecretExpiresAt: secret ? asMoment(fields.seconds("client_secret_expires_at")) : null,
  };
}

/** Seconds since 1970, of which 0 and whatever lies past any calendar mean never. */
function asMoment(seconds: number | null): Date | null {
  return seconds === null || seconds > LAST_SECOND ? null : new Date(seconds * 1000);
}
