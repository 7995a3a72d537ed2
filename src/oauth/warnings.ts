/** What a discovery that succeeded leaves to say. Codes are part of the public contract. */
export type Warning = { code: string; message: string };

export const warnings = {
  noProtectedResourceMetadata: {
    code: "no_protected_resource_metadata",
    message:
      "The server publishes no protected resource metadata; its origin is taken for its authorization server.",
  },
  resourceIsBroader: {
    code: "resource_is_broader",
    message:
      "The server's metadata covers more than this server: its tokens are good for others at the same address.",
  },
  authorizationServerSkipped: {
    code: "authorization_server_skipped",
    message: "An authorization server that the server lists earlier could not be used.",
  },
  issuerSpelledDifferently: {
    code: "issuer_spelled_differently",
    message:
      "The server lists its authorization server with a final slash that the issuer does not have, or without one.",
  },
  pkceNotAdvertised: {
    code: "pkce_not_advertised",
    message: "The authorization server does not say that it checks PKCE; an admin allowed it.",
  },
  dcrDeprecated: {
    code: "dcr_deprecated",
    message:
      "The authorization server registers clients dynamically, which newer revisions of MCP deprecate.",
  },
} as const satisfies Record<string, Warning>;
