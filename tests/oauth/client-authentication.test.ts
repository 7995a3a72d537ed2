import { describe, expect, test } from "bun:test";
import { Secret } from "#src/lib/secret.ts";
import {
  authenticateClient,
  methodForSecret,
  methodToRegister,
  type TokenEndpointAuthMethod,
} from "#src/oauth/client-authentication.ts";

function prove(tokenEndpointAuthMethod: TokenEndpointAuthMethod, clientId: string, secret: string | null) {
  const headers = new Headers();
  const body = new URLSearchParams();
  const clientSecret = secret === null ? null : new Secret(secret);
  authenticateClient({ clientId, clientSecret, tokenEndpointAuthMethod }, headers, body);
  return { authorization: headers.get("authorization"), body: Object.fromEntries(body) };
}

describe("a client proves itself", () => {
  test("by nothing but its name where it is public", () => {
    expect(prove("none", "me", null)).toEqual({ authorization: null, body: { client_id: "me" } });
  });

  test("in the form with client_secret_post", () => {
    expect(prove("client_secret_post", "me", "s&c")).toEqual({
      authorization: null,
      body: { client_id: "me", client_secret: "s&c" },
    });
  });

  test("in the header alone with client_secret_basic", () => {
    expect(prove("client_secret_basic", "me", "secret")).toEqual({
      authorization: `Basic ${btoa("me:secret")}`,
      body: {},
    });
  });

  test("with name and secret form-encoded before they are joined (RFC 6749 §2.3.1)", () => {
    const { authorization } = prove("client_secret_basic", "https://app.example/a b", "p%+:& ü*~");

    expect(atob(authorization?.slice("Basic ".length) ?? "")).toBe(
      "https%3A%2F%2Fapp.example%2Fa+b:p%25%2B%3A%26+%C3%BC*%7E",
    );
  });
});

describe("the method", () => {
  const registering: [supported: string[], expected: TokenEndpointAuthMethod | null][] = [
    [[], "client_secret_basic"],
    [["none", "client_secret_post", "client_secret_basic"], "client_secret_basic"],
    [["none", "client_secret_post"], "client_secret_post"],
    [["private_key_jwt", "none"], "none"],
    [["private_key_jwt", "tls_client_auth"], null],
  ];
  for (const [supported, expected] of registering) {
    test(`to register with at [${supported.join(", ")}] is ${expected}`, () => {
      expect(methodToRegister(supported)).toBe(expected);
    });
  }

  const byHand: [supported: string[], hasSecret: boolean, expected: TokenEndpointAuthMethod][] = [
    [["client_secret_basic"], false, "none"],
    [[], true, "client_secret_basic"],
    [["client_secret_post"], true, "client_secret_post"],
    [["client_secret_post", "client_secret_basic"], true, "client_secret_basic"],
    [["private_key_jwt"], true, "client_secret_basic"],
  ];
  for (const [supported, hasSecret, expected] of byHand) {
    test(`of a client entered by hand ${hasSecret ? "with" : "without"} a secret at [${supported.join(", ")}] is ${expected}`, () => {
      expect(methodForSecret(supported, hasSecret)).toBe(expected);
    });
  }
});
