import { type DocumentName, fetchDocument, type Reach } from "#src/oauth/document.ts";
import { checkEndpoint } from "#src/oauth/endpoint.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { type Fields, readFields } from "#src/oauth/fields.ts";
import { maxScopes, validScopes } from "#src/oauth/scopes.ts";

const NAME: DocumentName = "The authorization server's metadata";
const MAX_METHODS = 50;

/** What an authorization server says of itself (RFC 8414 §2), checked; the server controls all of it. */
export type AuthorizationServer = {
  metadataUrl: string;
  /** As published: what `iss` is compared with, letter by letter (RFC 9207 §2.4). */
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  registrationEndpoint: string | null;
  revocationEndpoint: string | null;
  scopesSupported: string[];
  /** Empty where the server does not say, which `allowMissingPkceMetadata` let pass. */
  codeChallengeMethodsSupported: string[];
  /** Empty where the server does not say: `client_secret_basic` then (RFC 8414 §2). */
  tokenEndpointAuthMethodsSupported: string[];
  clientIdMetadataDocumentSupported: boolean;
  authorizationResponseIssParameterSupported: boolean;
};

/** What an admin answers for. */
export type Allowances = {
  /** Goes on with a server that does not say whether it knows PKCE; one that says it does not is refused even so. */
  allowMissingPkceMetadata: boolean;
};

/**
 * Finds an authorization server's metadata (RFC 8414 §3, OpenID Connect Discovery §4). A place that answers with an error
 * or with no JSON does not hide the places after it; a document that breaks a rule ends the search.
 *
 * @param issuer - a URL, as the protected resource metadata lists it
 * @returns null where none is published
 * @throws {DiscoveryError}
 */
export async function findAuthorizationServer(
  reach: Reach,
  issuer: string,
  allowances: Allowances,
): Promise<AuthorizationServer | null> {
  let firstFailure: DiscoveryError | null = null;
  for (const url of authorizationServerUrls(new URL(issuer))) {
    try {
      const found = await fetchDocument(reach, url, NAME);
      if (found) return parse(reach, found.json, { metadataUrl: url, issuer, allowances });
    } catch (error) {
      if (!(error instanceof DiscoveryError) || !isOfOnePlace(error)) throw error;
      firstFailure ??= error;
    }
  }
  if (firstFailure) throw firstFailure;
  return null;
}

/** The prescribed order: with a path, OAuth inserted, OpenID inserted, OpenID appended; without, OAuth, then OpenID. */
export function authorizationServerUrls({ origin, pathname }: URL): string[] {
  const path = pathname.replace(/\/$/, "");
  const inserted = ["oauth-authorization-server", "openid-configuration"].map(
    (name) => `${origin}/.well-known/${name}${path}`,
  );
  return path === "" ? inserted : [...inserted, `${origin}${path}/.well-known/openid-configuration`];
}

/**
 * Identical (RFC 8414 §3.3), except for the slash of an empty path: one and the same URL, with one and the same well-known
 * place, which a framework that normalises URLs adds to the list in the protected resource metadata.
 */
export function isSameIssuer(listed: string, published: string): boolean {
  if (listed === published) return true;
  const isBare = URL.parse(listed)?.pathname === "/";
  return isBare && listed.replace(/\/$/, "") === published.replace(/\/$/, "");
}

function parse(
  reach: Reach,
  json: unknown,
  { metadataUrl, issuer, allowances }: { metadataUrl: string; issuer: string; allowances: Allowances },
): AuthorizationServer {
  const fields = readFields(json, (what) => new DiscoveryError("metadata_shape", `${NAME} ${what}.`));
  const published = fields.requiredText("issuer");
  if (!isSameIssuer(issuer, published))
    throw new DiscoveryError(
      "issuer_identical",
      `${NAME} names another issuer than the one it was asked for (RFC 8414 §3.3).`,
    );
  checkResponseTypes(fields);
  const optionalEndpoint = (field: string): string | null => {
    const text = fields.text(field);
    return text === null ? null : checkEndpoint(reach, text, field, NAME);
  };

  return {
    metadataUrl,
    issuer: published,
    authorizationEndpoint: checkEndpoint(
      reach,
      fields.requiredText("authorization_endpoint"),
      "authorization_endpoint",
      NAME,
    ),
    tokenEndpoint: checkEndpoint(reach, fields.requiredText("token_endpoint"), "token_endpoint", NAME),
    registrationEndpoint: optionalEndpoint("registration_endpoint"),
    revocationEndpoint: optionalEndpoint("revocation_endpoint"),
    scopesSupported: validScopes(fields.texts("scopes_supported", maxScopes) ?? []),
    codeChallengeMethodsSupported: codeChallengeMethods(fields, allowances),
    tokenEndpointAuthMethodsSupported:
      fields.texts("token_endpoint_auth_methods_supported", MAX_METHODS) ?? [],
    clientIdMetadataDocumentSupported: fields.flag("client_id_metadata_document_supported"),
    authorizationResponseIssParameterSupported: fields.flag("authorization_response_iss_parameter_supported"),
  };
}

function checkResponseTypes(fields: Fields): void {
  const responseTypes = fields.texts("response_types_supported", MAX_METHODS);
  if (responseTypes && !responseTypes.includes("code"))
    throw new DiscoveryError("response_type_code", `${NAME} does not offer the authorization code flow.`);
}

/** MCP: refuse where S256 is not advertised, since a server that ignores PKCE looks just like one that checks it. */
function codeChallengeMethods(fields: Fields, { allowMissingPkceMetadata }: Allowances): string[] {
  const methods = fields.texts("code_challenge_methods_supported", MAX_METHODS);
  if (methods === null && allowMissingPkceMetadata) return [];
  if (!methods?.includes("S256"))
    throw new DiscoveryError(
      "pkce_s256",
      `${NAME} does not advertise PKCE with S256 (code_challenge_methods_supported).`,
    );
  return methods;
}

function isOfOnePlace({ rule }: DiscoveryError): boolean {
  return rule === "metadata_status" || rule === "metadata_json" || rule === "metadata_size";
}
