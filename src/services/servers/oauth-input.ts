import { type FieldError, invalidFields } from "#src/errors.ts";
import type { OAuthSettings } from "#src/db/schema.ts";
import { reservedAuthorizationParameters } from "#src/oauth/authorization.ts";
import { validScopes } from "#src/oauth/scopes.ts";
import { reservedTokenParameters } from "#src/oauth/token-request.ts";
import type { Deps } from "#src/services/context.ts";
import { manualSecretFor } from "#src/services/oauth/clients.ts";
import type { Server } from "#src/services/servers/find.ts";
import { withoutDefaults } from "#src/services/servers/oauth-settings.ts";

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
const maxParameterChars = 100;

/** What can be said of it wherever the server is. @throws {AppError} `invalid` */
export function checkOAuth(input: OAuthInput | undefined): void {
  const faults = [
    ...issuerFaults(input?.issuer),
    ...scopeFaults("scopes", input?.scopes),
    ...scopeFaults("scopeCeiling", input?.scopeCeiling),
    ...parameterFaults("authorizationParameters", input?.authorizationParameters),
    ...parameterFaults("tokenParameters", input?.tokenParameters),
  ];
  if (faults.length > 0) throw invalidFields(faults);
}

const issuerFaults = (issuer: string | undefined): FieldError[] =>
  issuer === undefined || /^https?:$/.test(URL.parse(issuer)?.protocol ?? "")
    ? []
    : [{ path: "/oauth/issuer", message: "An issuer is an http or https URL." }];

const scopeFaults = (name: "scopes" | "scopeCeiling", scopes: readonly string[] | null = []): FieldError[] =>
  (scopes ?? []).flatMap((scope, index) =>
    validScopes([scope]).length === 1
      ? []
      : [
          {
            path: `/oauth/${name}/${index}`,
            message: "A scope is printable ASCII without spaces, quotes and backslashes.",
          },
        ],
  );

const parameterFaults = (
  name: keyof typeof reservedParameters,
  parameters: Record<string, string> | null = {},
): FieldError[] =>
  Object.keys(parameters ?? {}).flatMap((parameter) => {
    if (reservedParameters[name].includes(parameter))
      return [{ path: `/oauth/${name}/${parameter}`, message: `We set ${parameter} ourselves.` }];
    return parameter.length > 0 && parameter.length <= maxParameterChars
      ? []
      : [{ path: `/oauth/${name}`, message: `A parameter's name has 1 to ${maxParameterChars} characters.` }];
  });

/** The settings after an edit that `checkOAuth` found sound. */
export const settingsOf = (
  present: OAuthSettings,
  { clientSecret: _, issuer: __, ...input }: OAuthInput,
): OAuthSettings => withoutDefaults({ ...present, ...input });

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
