import { describe, expect, test } from "bun:test";
import { wantsOAuth } from "#src/oauth/recognition.ts";
import { type Answer, endless, fetch, startFake } from "#tests/oauth/support.ts";

describe("a server that answered 401", () => {
  test("wants OAuth where its challenge names metadata, which costs no request", async () => {
    using server = startFake();
    const challenges = ['Basic realm="x"', `Bearer resource_metadata="${server.origin}/prm"`];

    expect(await wantsOAuth(fetch, `${server.origin}/mcp`, challenges)).toBe(true);
    expect(server.requests).toEqual([]);
  });

  const documents: [place: string, document: object][] = [
    ["/.well-known/oauth-protected-resource/mcp", { resource: "https://mcp.example" }],
    ["/.well-known/oauth-protected-resource", { authorization_servers: [] }],
    ["/.well-known/oauth-authorization-server", { issuer: 7 }],
    ["/.well-known/openid-configuration", { issuer: "https://as.example" }],
  ];
  for (const [place, document] of documents) {
    test(`wants OAuth where there is a document at ${place}, good or not`, async () => {
      using server = startFake({ [place]: document });

      expect(await wantsOAuth(fetch, `${server.origin}/mcp`, ["Bearer"])).toBe(true);
    });
  }

  const others: [what: string, answer: Answer][] = [
    ["nothing", new Response(null, { status: 404 })],
    ["401 for everything", new Response(null, { status: 401 })],
    ["500 for everything", new Response(null, { status: 500 })],
    ["its start page for everything", new Response("<!doctype html>")],
    ["an endless page for everything", () => endless("<p>")],
    ["a redirect to its login for everything", Response.redirect("https://login.example/")],
    ["a JSON text for everything", Response.json("Not found")],
    ["a JSON error with 200 for everything", { error: "not_found" }],
  ];
  for (const [what, answer] of others) {
    test(`does not want OAuth where it has ${what}`, async () => {
      using server = startFake({
        "/.well-known/oauth-protected-resource/mcp": answer,
        "/.well-known/oauth-protected-resource": answer,
        "/.well-known/oauth-authorization-server": answer,
        "/.well-known/openid-configuration": answer,
      });

      expect(await wantsOAuth(fetch, `${server.origin}/mcp`, ['Bearer realm="key"', "Basic"])).toBe(false);
    });
  }

  test("counts as wanting none where nothing can be asked", async () => {
    expect(await wantsOAuth(fetch, "http://10.0.0.1/mcp", [])).toBe(false);
  });
});
