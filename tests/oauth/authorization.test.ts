import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { type AuthorizationRequest, startAuthorization } from "#src/oauth/authorization.ts";

const request: AuthorizationRequest = {
  authorizationEndpoint: "https://as.example/authorize",
  clientId: "client-1",
  redirectUri: "https://app.example/callback",
  scopes: ["mcp:use", "mcp:admin"],
  resource: "https://mcp.example/mcp",
  authorizationParameters: {},
};
const queryOf = (changes: Partial<AuthorizationRequest> = {}) =>
  new URL(startAuthorization({ ...request, ...changes }).url).searchParams;

describe("the authorization URL", () => {
  test("asks for a code with PKCE, resource and scope", () => {
    const { url, state, codeVerifier } = startAuthorization(request);

    expect(url).toStartWith("https://as.example/authorize?");
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: "https://app.example/callback",
      scope: "mcp:use mcp:admin",
      resource: "https://mcp.example/mcp",
      state,
      code_challenge: createHash("sha256").update(codeVerifier.reveal()).digest("base64url"),
      code_challenge_method: "S256",
    });
  });

  test("has a new state of 32 bytes and a new verifier each time", () => {
    const first = startAuthorization(request);
    const second = startAuthorization(request);

    expect(first.state).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(first.codeVerifier.reveal()).toMatch(/^[A-Za-z0-9_-]{43,128}$/);
    expect(second.state).not.toBe(first.state);
    expect(second.codeVerifier.reveal()).not.toBe(first.codeVerifier.reveal());
  });

  test("does not carry the verifier, nor does the result when it is printed", () => {
    const started = startAuthorization(request);

    expect(started.url).not.toContain(started.codeVerifier.reveal());
    expect(JSON.stringify(started)).not.toContain(started.codeVerifier.reveal());
  });

  test("leaves out scope and resource where there are none", () => {
    const query = queryOf({ scopes: [], resource: null });

    expect(query.has("scope")).toBe(false);
    expect(query.has("resource")).toBe(false);
  });

  test("keeps what the endpoint's own query says", () => {
    const query = queryOf({ authorizationEndpoint: "https://as.example/authorize?tenant=a%20b&p=policy" });

    expect(query.get("tenant")).toBe("a b");
    expect(query.get("p")).toBe("policy");
  });

  for (const name of [
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "resource",
    "code_challenge",
    "response_type",
  ]) {
    test(`has our ${name} once, whatever the endpoint or an admin says`, () => {
      const query = queryOf({
        authorizationEndpoint: `https://as.example/authorize?${name}=evil&${name}=worse`,
        authorizationParameters: { [name]: "other" },
      });

      expect(query.getAll(name)).toHaveLength(1);
      expect(["evil", "worse", "other"]).not.toContain(query.get(name) ?? "");
    });
  }

  for (const name of ["scope", "resource"]) {
    test(`has no ${name} of somebody else where we send none`, () => {
      const query = queryOf({
        authorizationEndpoint: `https://as.example/authorize?${name}=evil`,
        authorizationParameters: { [name]: "other" },
        scopes: [],
        resource: null,
      });

      expect(query.has(name)).toBe(false);
    });
  }

  for (const name of ["request", "request_uri", "response_mode"]) {
    test(`never has ${name}, which would overrule us`, () => {
      const query = queryOf({
        authorizationEndpoint: `https://as.example/authorize?${name}=evil`,
        authorizationParameters: { [name]: "other" },
      });

      expect(query.has(name)).toBe(false);
    });
  }

  test("has an admin's further parameters, which win over the endpoint's", () => {
    const query = queryOf({
      authorizationEndpoint: "https://as.example/authorize?audience=a",
      authorizationParameters: { audience: "b", access_type: "offline" },
    });

    expect(query.getAll("audience")).toEqual(["b"]);
    expect(query.get("access_type")).toBe("offline");
  });

  test("asks for consent along with offline_access, unless an admin asks for another prompt", () => {
    const scopes = ["mcp:use", "offline_access"];

    expect(queryOf({ scopes }).get("prompt")).toBe("consent");
    expect(queryOf({ scopes, authorizationParameters: { prompt: "login" } }).get("prompt")).toBe("login");
    expect(queryOf().has("prompt")).toBe(false);
  });
});
