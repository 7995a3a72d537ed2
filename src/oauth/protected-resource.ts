import { type DocumentName, fetchDocument, type Reach } from "#src/oauth/document.ts";
import { checkEndpoint, parseUri } from "#src/oauth/endpoint.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { readFields } from "#src/oauth/fields.ts";
import { maxScopes, validScopes } from "#src/oauth/scopes.ts";

const NAME: DocumentName = "The server's protected resource metadata";
const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const MAX_AUTHORIZATION_SERVERS = 32;

/** What a server says of how it is protected (RFC 9728 §2); the server controls all of it. */
export type ProtectedResource = {
  metadataUrl: string;
  /** As published, letter by letter: the `resource` to send (RFC 8707 §2). */
  resource: string;
  /** At least one, at most 32, in the server's order, unchecked. */
  authorizationServers: string[];
  scopesSupported: string[];
};

/**
 * Finds a server's protected resource metadata (RFC 9728 §3): where its challenge says, and only there; without that at
 * the well-known place for its path, then at the root.
 *
 * @param advertisedUrl - `resource_metadata` of the server's challenge
 * @returns null where nothing is advertised and nothing is found
 * @throws {DiscoveryError}
 */
export async function findProtectedResource(
  reach: Reach,
  serverUrl: URL,
  advertisedUrl: string | null,
): Promise<ProtectedResource | null> {
  if (advertisedUrl !== null) {
    const found = await fetchDocument(reach, checkAdvertised(reach, advertisedUrl, serverUrl), NAME);
    if (found) return parse(found.json, advertisedUrl, serverUrl);
    throw new DiscoveryError("metadata_present", `${NAME} is not where the server's challenge says.`);
  }
  for (const url of protectedResourceUrls(serverUrl)) {
    const found = await fetchDocument(reach, url, NAME);
    if (found) return parse(found.json, url, serverUrl);
  }
  return null;
}

/** RFC 9728 §3.1, in the order MCP prescribes. A final slash belongs to the path; many servers publish without it. */
export function protectedResourceUrls({ origin, pathname, search }: URL): string[] {
  const paths = pathname === "/" ? [""] : [pathname, pathname.replace(/\/$/, "")];
  const urls = paths.map((path) => `${origin}${WELL_KNOWN}${path}${search}`);
  return [...new Set([...urls, `${origin}${WELL_KNOWN}`])];
}

/** A server that is itself reached by http may keep its metadata beside it; everybody else's is https. */
function checkAdvertised(reach: Reach, advertisedUrl: string, serverUrl: URL): string {
  const isBesideServer = URL.parse(advertisedUrl)?.origin === serverUrl.origin;
  return isBesideServer
    ? advertisedUrl
    : checkEndpoint(reach, advertisedUrl, "resource_metadata", "The server's challenge");
}

function parse(json: unknown, metadataUrl: string, serverUrl: URL): ProtectedResource {
  const fields = readFields(json, (what) => new DiscoveryError("metadata_shape", `${NAME} ${what}.`));
  const resource = fields.requiredText("resource");
  if (!isResourceOf(serverUrl, resource))
    throw new DiscoveryError(
      "resource_matches",
      `${NAME} is about another resource than this server (RFC 9728 §3.3).`,
    );

  const authorizationServers = fields.texts("authorization_servers", MAX_AUTHORIZATION_SERVERS) ?? [];
  if (authorizationServers.length === 0)
    throw new DiscoveryError("authorization_servers_listed", `${NAME} lists no authorization server.`);
  const scopesSupported = validScopes(fields.texts("scopes_supported", maxScopes) ?? []);
  return { metadataUrl, resource, authorizationServers, scopesSupported };
}

/**
 * Whether `resource` stands for this server: the same URL (RFC 9728 §3.3), or, as MCP allows, one on the same origin whose
 * path the server's path continues. Tokens for anything else would be somebody else's.
 */
export function isResourceOf(serverUrl: URL, resource: string): boolean {
  const url = parseUri(resource);
  if (
    !url ||
    url.origin !== serverUrl.origin ||
    resource.includes("#") ||
    url.username !== "" ||
    url.password !== ""
  )
    return false;
  if (url.search !== "" && url.search !== serverUrl.search) return false;
  return withSlash(serverUrl.pathname).startsWith(withSlash(url.pathname));
}

/** Whether `resource` names this server alone, and nothing beside it on its origin. */
export function isExactResource(serverUrl: URL, resource: string): boolean {
  const url = URL.parse(resource);
  return (
    url !== null &&
    withSlash(url.pathname) === withSlash(serverUrl.pathname) &&
    url.search === serverUrl.search
  );
}

/**
 * The identifier of a server that publishes none: its URL without a fragment, and without the slash of an empty path
 * (RFC 8707 §2 and MCP's canonical form).
 */
export function canonicalResource(serverUrl: URL): string {
  const isBare = serverUrl.pathname === "/" && serverUrl.search === "";
  return isBare ? serverUrl.origin : `${serverUrl.origin}${serverUrl.pathname}${serverUrl.search}`;
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
