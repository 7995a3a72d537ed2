import type { TokenEndpointAuthMethod } from "#src/oauth/client-authentication.ts";
import { isLoopback } from "#src/oauth/endpoint.ts";

/** What authorization servers tell people about us. */
export type ClientDescription = {
  clientName: string;
  /** A page about this installation; null where none can be opened from outside. */
  clientUri: string | null;
  redirectUri: string;
};

/** RFC 7591 §2, and OpenID Connect Dynamic Client Registration §2 for `application_type`. */
export type ClientMetadata = {
  client_name: string;
  client_uri?: string;
  redirect_uris: string[];
  grant_types: string[];
  response_types: string[];
  token_endpoint_auth_method: TokenEndpointAuthMethod;
  application_type: "native" | "web";
};

/** Our client as registration and metadata document describe it: code flow, kept alive by refresh tokens. */
export function clientMetadata(
  description: ClientDescription,
  method: TokenEndpointAuthMethod,
): ClientMetadata {
  const { clientName, clientUri, redirectUri } = description;
  return {
    client_name: clientName,
    ...(clientUri === null ? {} : { client_uri: clientUri }),
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: method,
    // Servers let only native clients come back to a loopback address by http (RFC 8252 §7.3).
    application_type: isLoopback(new URL(redirectUri).hostname) ? "native" : "web",
  };
}

/**
 * A Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document §4, MCP SEP-991).
 *
 * @param clientId - the https URL that the document is served at, letter by letter
 */
export function clientMetadataDocument(
  clientId: string,
  description: ClientDescription,
): ClientMetadata & { client_id: string } {
  return { client_id: clientId, ...clientMetadata(description, "none") };
}
