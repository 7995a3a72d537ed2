import { t } from "elysia";
import { AuthType } from "#src/api/schemas.ts";

const Url = t.String({ format: "uri" });
const Texts = t.Array(t.String());

const ProtectedResource = t.Object({
  metadataUrl: Url,
  resource: t.String(),
  authorizationServers: Texts,
  scopesSupported: Texts,
});

const AuthorizationServer = t.Object({
  metadataUrl: Url,
  issuer: t.String(),
  authorizationEndpoint: Url,
  tokenEndpoint: Url,
  registrationEndpoint: t.Union([Url, t.Null()]),
  revocationEndpoint: t.Union([Url, t.Null()]),
  scopesSupported: Texts,
  codeChallengeMethodsSupported: Texts,
  tokenEndpointAuthMethodsSupported: Texts,
  clientIdMetadataDocumentSupported: t.Boolean(),
  authorizationResponseIssParameterSupported: t.Boolean(),
});

export const OAuthDiscovery = t.Object(
  {
    url: Url,
    authType: AuthType,
    requiresAuth: t.Boolean(),
    registration: t.Union([
      t.Literal("client_id_metadata"),
      t.Literal("dynamic"),
      t.Literal("manual", { description: "Somebody has to register a client by hand." }),
      t.Null(),
    ]),
    protectedResource: t.Union([ProtectedResource, t.Null()]),
    authorizationServer: t.Union([AuthorizationServer, t.Null()]),
    scopes: t.Array(t.String(), { description: "What we would ask for." }),
    protocolVersion: t.Union([t.String(), t.Null()], {
      description: "Where it answered without authorization.",
    }),
    serverInfo: t.Union([t.Object({}, { additionalProperties: true }), t.Null()]),
    warnings: t.Array(t.Object({ code: t.String(), message: t.String() })),
  },
  { $id: "OAuthDiscoveryResponse" },
);

/** What an admin may set for one OAuth server; null goes back to the default. */
const orDefault = <T extends Parameters<typeof t.Union>[0][number]>(schema: T, description: string) =>
  t.Optional(t.Union([schema, t.Null()], { description }));
const Scopes = t.Array(t.String({ minLength: 1, maxLength: 256 }), { maxItems: 200 });
const Added = t.Record(t.String(), t.String({ maxLength: 2048 }));
const Method = t.Union([
  t.Literal("none"),
  t.Literal("client_secret_basic"),
  t.Literal("client_secret_post"),
]);

const oauthSettings = {
  clientId: orDefault(t.String({ minLength: 1, maxLength: 2048 }), "A client that was registered by hand."),
  tokenEndpointAuthMethod: orDefault(Method, "How that client proves itself."),
  scopes: orDefault(Scopes, "Asked for instead of what was discovered."),
  scopeCeiling: orDefault(Scopes, "Never asked beyond."),
  sendResource: orDefault(t.Boolean(), "Whether `resource` (RFC 8707) is sent; true by default."),
  authorizationParameters: orDefault(Added, "Added to authorization requests, such as `audience`."),
  tokenParameters: orDefault(Added, "Added to token requests."),
  allowMissingPkceMetadata: orDefault(t.Boolean(), "Go on where the metadata does not mention PKCE."),
};

const orNull = <T extends Parameters<typeof t.Union>[0][number]>(schema: T, description: string) =>
  t.Union([schema, t.Null()], { description });

/** The same as an admin reads it: all of it, also what nobody has set. */
export const OAuthSwitches = t.Object(
  {
    clientId: orNull(
      t.String(),
      "The client that was registered by hand; null where we see to it ourselves.",
    ),
    hasClientSecret: t.Boolean({ description: "Whether its secret is kept. It is never shown." }),
    tokenEndpointAuthMethod: orNull(Method, "Null where the server's metadata decides."),
    scopes: orNull(Texts, "Asked for instead of what was discovered; null where that is asked for."),
    scopeCeiling: orNull(Texts, "Never asked beyond; null where there is no limit."),
    sendResource: t.Boolean({ description: "Whether `resource` (RFC 8707) is sent." }),
    authorizationParameters: t.Record(t.String(), t.String(), {
      description: "Added to authorization requests.",
    }),
    tokenParameters: t.Record(t.String(), t.String(), { description: "Added to token requests." }),
    allowMissingPkceMetadata: t.Boolean({
      description: "Whether we go on where the metadata does not mention PKCE.",
    }),
    issuer: orNull(t.String(), "Where members' tokens come from; null until that is known."),
    otherIssuer: orNull(
      t.String(),
      "What the metadata names instead; the server is paused until an admin accepts it.",
    ),
  },
  { $id: "McpServerOAuth", description: "For `apps:admin`: all OAuth switches but the secret." },
);

export const oauthInput = {
  ...oauthSettings,
  clientSecret: orDefault(t.String({ maxLength: 4096 }), "Kept sealed; blank or absent keeps the old one."),
  issuer: t.Optional(
    t.String({ minLength: 1, maxLength: 2048, description: "Accepts this authorization server." }),
  ),
};
