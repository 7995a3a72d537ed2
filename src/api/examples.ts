const workspace = "8c1f4f0e-6d0c-4b53-9f8e-2f6a5b1f0c11";

export const serverExample = {
  id: 7,
  appUuid: "0d9c3c1e-4a52-4a86-8a3c-5a4f3d2b9e10",
  workspaceUuid: workspace,
  name: "Linear",
  description: null,
  url: "https://mcp.linear.app/mcp",
  transport: "streamable_http",
  protocolVersion: "2025-11-25",
  authType: "oauth",
  state: "READY",
  enabled: true,
  registration: "dynamic",
  iconUrl: `https://switchyard.example.com/api/v2/w/${workspace}/mcp-servers/7/icon?token=given-with-the-server`,
  serverInfo: { name: "linear", version: "1.4.0", title: "Linear" },
  instructions: null,
  connection: "connected",
  memberCount: 8,
  access: "everyone",
  lastTest: { success: true, latencyMs: 142, testedAt: "2026-11-23T09:12:44.031Z" },
  oauth: {
    clientId: null,
    hasClientSecret: false,
    tokenEndpointAuthMethod: null,
    scopes: null,
    scopeCeiling: ["read", "write"],
    sendResource: true,
    authorizationParameters: { prompt: "consent" },
    tokenParameters: {},
    allowMissingPkceMetadata: false,
    issuer: "https://mcp.linear.app",
    otherIssuer: null,
  },
  createdAt: "2026-11-02T14:00:00.000Z",
  updatedAt: "2026-11-02T14:03:10.512Z",
};

const app = "https://switchyard.example.com/oauth/client-metadata/0d9c3c1e-4a52-4a86-8a3c-5a4f3d2b9e10.json";

export const clientMetadataExample = {
  client_id: app,
  client_name: "Switchyard",
  client_uri: "https://switchyard.example.com",
  redirect_uris: [
    "https://switchyard.example.com/api/v2/oauth/callback/0d9c3c1e-4a52-4a86-8a3c-5a4f3d2b9e10",
  ],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
  application_type: "web",
};

export const discoveryExample = {
  url: "https://mcp.linear.app/mcp",
  authType: "oauth",
  requiresAuth: true,
  registration: "dynamic",
  protectedResource: {
    metadataUrl: "https://mcp.linear.app/.well-known/oauth-protected-resource/mcp",
    resource: "https://mcp.linear.app/mcp",
    authorizationServers: ["https://mcp.linear.app"],
    scopesSupported: ["read", "write"],
  },
  authorizationServer: {
    metadataUrl: "https://mcp.linear.app/.well-known/oauth-authorization-server",
    issuer: "https://mcp.linear.app",
    authorizationEndpoint: "https://mcp.linear.app/authorize",
    tokenEndpoint: "https://mcp.linear.app/token",
    registrationEndpoint: "https://mcp.linear.app/register",
    revocationEndpoint: "https://mcp.linear.app/token",
    scopesSupported: ["read", "write"],
    codeChallengeMethodsSupported: ["S256"],
    tokenEndpointAuthMethodsSupported: ["client_secret_basic", "client_secret_post", "none"],
    clientIdMetadataDocumentSupported: false,
    authorizationResponseIssParameterSupported: false,
  },
  scopes: ["read", "write"],
  protocolVersion: null,
  serverInfo: null,
  warnings: [],
};
