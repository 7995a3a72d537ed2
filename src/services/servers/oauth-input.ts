import { invalid } from "#src/errors.ts";
import type { OAuthSettings } from "#src/db/schema.ts";
import { reservedAuthorizationParameters } from "#src/oauth/authorization.ts";
import { validScopes } from "#src/oauth/scopes.ts";
import { reservedTokenParameters } from "#src/oauth/token-request.ts";
import type { Deps } from "#src/services/context.ts";
import { manualSecretFor } from "#src/services/oauth/clients.ts";
import type { Server } from "#src/services/servers/find.ts";

/** What an admin may say about a server's OAuth. Absent keeps what there is, null goes back to the default. */
export type OAuthInput = { [Name in keyof OAuthSettings]?: OAuthSettings[Name] | null } & {
  /** Blank keeps the old one. */
  clientSecret?: string | null;
  /** Accepts an authorization server: the one that the metadata names now. */
  issuer?: string;
};

const reservedParameters = {
  authorizationParameters: reservedAuthorizationParameters,
  tokenParameters: reservedTokenParameters,
};
type ParametersName = keyof typeof reservedParameters;

/** The settings after an edit. @throws {AppError} `invalid` */
export function settingsOf(
  present: OAuthSettings,
  { clientSecret: _, issuer, ...input }: OAuthInput,
): OAuthSettings {
  if (issuer !== undefined && !/^https?:$/.test(URL.parse(issuer)?.protocol ?? ""))
    throw invalid("/oauth/issuer", "An issuer is an http or https URL.");
  for (const name of ["scopes", "scopeCeiling"] as const)
    if (input[name] && validScopes(input[name]).length !== new Set(input[name]).size)
      throw invalid(`/oauth/${name}`, "A scope is printable ASCII without spaces, quotes and backslashes.");
  for (const [name, reserved] of Object.entries(reservedParameters) as [ParametersName, readonly string[]][])
    for (const parameter of Object.keys(input[name] ?? {}))
      if (reserved.includes(parameter))
        throw invalid(`/oauth/${name}/${parameter}`, "We set this parameter ourselves.");
  const merged = Object.entries({ ...present, ...input }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(merged) as OAuthSettings;
}

/** What is left once the server is somewhere else, or belongs to another issuer. */
export function withoutClient({
  clientId: _,
  tokenEndpointAuthMethod: __,
  allowMissingPkceMetadata: ___,
  ...lasting
}: OAuthSettings): OAuthSettings {
  return lasting;
}

/** The column for a client secret that was given; nothing where the old one is to be kept. It goes with its client. */
export function secretOf(
  { keyring }: Pick<Deps, "keyring">,
  server: Pick<Server, "workspaceId" | "appUuid" | "url">,
  { clientId, clientSecret }: OAuthInput,
): { oauthSecret?: string | null } {
  if (clientSecret === null || clientId === null) return { oauthSecret: null };
  if (clientSecret === undefined || clientSecret === "") return {};
  return { oauthSecret: keyring.seal(clientSecret, manualSecretFor(server)) };
}
