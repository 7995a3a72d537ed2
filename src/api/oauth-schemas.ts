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
const Parameters = t.Record(t.String(), t.String({ maxLength: 2048 }));

export const oauthSettings = {
  clientId: orDefault(t.String({ minLength: 1, maxLength: 2048 }), "A client that was registered by hand."),
  tokenEndpointAuthMethod: orDefault(
    t.Union([t.Literal("none"), t.Literal("client_secret_basic"), t.Literal("client_secret_post")]),
    "How that client proves itself.",
  ),
  scopes: orDefault(Scopes, "Asked for instead of what was discovered."),
  scopeCeiling: orDefault(Scopes, "Never asked beyond."),
  sendResource: orDefault(t.Boolean(), "Whether `resource` (RFC 8707) is sent; true by default."),
  authorizationParameters: orDefault(Parameters, "Added to authorization requests, such as `audience`."),
  tokenParameters: orDefault(Parameters, "Added to token requests."),
  allowMissingPkceMetadata: orDefault(t.Boolean(), "Go on where the metadata does not mention PKCE."),
};

export const oauthInput = {
  ...oauthSettings,
  clientSecret: orDefault(t.String({ maxLength: 4096 }), "Kept sealed; blank or absent keeps the old one."),
  issuer: t.Optional(
    t.String({ minLength: 1, maxLength: 2048, description: "Accepts this authorization server." }),
  ),
};
