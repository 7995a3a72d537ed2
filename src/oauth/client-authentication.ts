import type { Secret } from "#src/lib/secret.ts";

/** How a client proves itself at the token endpoint (RFC 6749 §2.3, RFC 7591 §2), of those that we can. */
export const tokenEndpointAuthMethods = ["client_secret_basic", "client_secret_post", "none"] as const;
export type TokenEndpointAuthMethod = (typeof tokenEndpointAuthMethods)[number];

/** Our OAuth client at one issuer. */
export type Client = {
  clientId: string;
  clientSecret: Secret | null;
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
};

/**
 * The method to register with: the strongest that both sides know. A server that lists none means
 * `client_secret_basic` (RFC 8414 §2).
 *
 * @returns null where the server takes only methods that need a key of ours
 */
export function methodToRegister(supported: readonly string[]): TokenEndpointAuthMethod | null {
  if (supported.length === 0) return "client_secret_basic";
  return tokenEndpointAuthMethods.find((method) => supported.includes(method)) ?? null;
}

/** The method for a client that somebody registered by hand and said no more about. */
export function methodForSecret(supported: readonly string[], hasSecret: boolean): TokenEndpointAuthMethod {
  if (!hasSecret) return "none";
  const prefersPost = supported.includes("client_secret_post") && !supported.includes("client_secret_basic");
  return prefersPost ? "client_secret_post" : "client_secret_basic";
}

/**
 * Adds the client's proof to a request (RFC 6749 §2.3.1). Identifier and secret are form-encoded before they are joined
 * for Basic: a colon, plus or percent sign in them would otherwise arrive as something else.
 */
export function authenticateClient(client: Client, headers: Headers, body: URLSearchParams): void {
  const secret = client.clientSecret?.reveal() ?? "";
  if (client.tokenEndpointAuthMethod === "client_secret_basic") {
    headers.set("authorization", `Basic ${btoa(`${formEncode(client.clientId)}:${formEncode(secret)}`)}`);
    return;
  }
  body.set("client_id", client.clientId);
  if (client.tokenEndpointAuthMethod === "client_secret_post") body.set("client_secret", secret);
}

function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
