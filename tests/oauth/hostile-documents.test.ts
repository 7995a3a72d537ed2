import { describe, expect, test } from "bun:test";
import { discover } from "#src/oauth/discovery.ts";
import { DiscoveryError, TokenError } from "#src/oauth/errors.ts";
import { exchangeCode } from "#src/oauth/exchange.ts";
import { wantsOAuth } from "#src/oauth/recognition.ts";
import { Secret } from "#src/lib/secret.ts";
import { type Answer, endless, failure, fetch, metadata, startFake } from "#tests/oauth/support.ts";

const PRM = "/.well-known/oauth-protected-resource/mcp";
const OAUTH = "/.well-known/oauth-authorization-server";

const find = (serverUrl: string, signal?: AbortSignal) =>
  discover(fetch, serverUrl, {
    challenges: "Bearer",
    issuer: null,
    allowances: { allowMissingPkceMetadata: false },
    canPublishMetadata: true,
    ...(signal ? { signal } : {}),
  });

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const typed = (body: string, type: string) => new Response(body, { headers: { "content-type": type } });

const hostile: [what: string, document: Answer, rule: string][] = [
  ["an endless body", () => endless(" "), "metadata_size"],
  ["an endless list", () => endless('"https://as.example",'), "metadata_size"],
  [
    "two megabytes of JSON",
    () => new Response(JSON.stringify({ x: "x".repeat(2_000_000) })),
    "metadata_size",
  ],
  ["a compressed bomb", () => bomb(), "metadata_size"],
  ["a page", typed("<!doctype html><script>alert(1)</script>", "text/html"), "metadata_json"],
  ["nothing", new Response(""), "metadata_json"],
  ["204", new Response(null, { status: 204 }), "metadata_status"],
  ["500 with a good document", Response.json({ resource: "x" }, { status: 500 }), "metadata_status"],
  ["a cut-off document", new Response('{"resource": "http'), "metadata_json"],
  ["a million brackets", new Response(nested(400_000)), "metadata_json"],
  ["65 levels", new Response(`{"x": ${nested(65)}}`), "metadata_json"],
  [
    "__proto__",
    new Response('{"__proto__": {"resource": "x", "authorization_servers": ["x"]}}'),
    "metadata_json",
  ],
  ["NUL", new Response('{"resource": "x\\u0000"}'), "metadata_json"],
  ["half a character", new Response('{"resource": "\\ud800"}'), "metadata_json"],
  ["bytes that are no UTF-8", new Response(new Uint8Array([0x22, 0xff, 0x22])), "metadata_json"],
  ["a list", [], "metadata_shape"],
  ["null", new Response("null"), "metadata_shape"],
  ["a text", new Response('"text"'), "metadata_shape"],
  ["an empty object", {}, "metadata_shape"],
  ["inherited names", { toString: "x", constructor: "y" }, "metadata_shape"],
];

function bomb(): Response {
  const body = Bun.gzipSync(new Uint8Array(50_000_000));
  return new Response(body, { headers: { "content-encoding": "gzip", "content-type": "application/json" } });
}

describe("a hostile protected resource document", () => {
  for (const [what, document, rule] of hostile) {
    test(`with ${what} breaks the rule ${rule}, and is no reason to ask anywhere else`, async () => {
      using server = startFake({ [PRM]: document });

      const error = await failure(DiscoveryError, find(`${server.origin}/mcp`));

      expect([error.rule as string, error.stage]).toEqual([rule, "http"]);
      expect(server.requests).toEqual([`GET ${PRM}`]);
    });
  }

  test("of names given twice counts the last, in the check as in the use", async () => {
    using server = startFake({ [OAUTH]: () => Response.json(metadata(server.origin)) });
    const { origin } = server;
    server.answers[PRM] = new Response(
      `{"resource": "https://evil.example", "resource": "${origin}/mcp", "authorization_servers": ["https://evil.example"], "authorization_servers": ["${origin}"]}`,
    );

    expect(await find(`${origin}/mcp`)).toMatchObject({ resource: `${origin}/mcp`, issuer: origin });
  });
});

describe("a hostile authorization server document", () => {
  for (const [what, document, rule] of hostile) {
    test(`with ${what} breaks the rule ${rule}`, async () => {
      using server = startFake({ [OAUTH]: document });
      server.answers[PRM] = { resource: `${server.origin}/mcp`, authorization_servers: [server.origin] };

      const error = await failure(DiscoveryError, find(`${server.origin}/mcp`));

      expect([error.rule as string, error.stage]).toEqual([rule, "http"]);
    });
  }
});

describe("a server that cannot be reached", () => {
  test("is told apart, with the stage", async () => {
    const gone = startFake();
    gone[Symbol.dispose]();

    const error = await failure(DiscoveryError, find(`${gone.origin}/mcp`));

    expect([error.rule, error.stage]).toEqual(["reachable", "connect"]);
  });

  test("by policy is told apart too", async () => {
    const error = await failure(DiscoveryError, find("http://10.0.0.1/mcp"));

    expect(error.rule).toBe("egress_policy");
  });
});

describe("time", () => {
  const never = () => new Promise<Response>(() => {});
  const drip = () => {
    let timer: Timer | undefined;
    return new Response(
      new ReadableStream({
        start: (controller) =>
          void (timer = setInterval(() => controller.enqueue(new Uint8Array([0x20])), 200)),
        cancel: () => clearInterval(timer),
      }),
    );
  };

  test("is ten seconds for everything, however much hangs or drips, shared among authorization servers", async () => {
    using silent = startFake({ [OAUTH]: never });
    using good = startFake();
    good.answers[OAUTH] = metadata(good.origin);
    using all = startFake({ [PRM]: never });
    using dripping = startFake({ [PRM]: drip });
    using oneSlow = startFake();
    oneSlow.answers[PRM] = {
      resource: `${oneSlow.origin}/mcp`,
      authorization_servers: [silent.origin, good.origin],
    };
    using token = startFake({ "/token": never });
    const startedAt = performance.now();

    const [hanging, slow, found, exchange, recognised] = await Promise.all([
      failure(DiscoveryError, find(`${all.origin}/mcp`)),
      failure(DiscoveryError, find(`${dripping.origin}/mcp`)),
      find(`${oneSlow.origin}/mcp`),
      failure(
        TokenError,
        exchangeCode(fetch, {
          tokenEndpoint: `${token.origin}/token`,
          client: { clientId: "me", clientSecret: null, tokenEndpointAuthMethod: "none" },
          code: "code",
          codeVerifier: new Secret("verifier"),
          redirectUri: "https://app.example/callback",
          resource: null,
          scopes: [],
          tokenParameters: {},
        }),
      ),
      wantsOAuth(fetch, `${all.origin}/mcp`, []),
    ]);

    expect([hanging.rule, slow.rule]).toEqual(["in_time", "in_time"]);
    expect(found?.issuer).toBe(good.origin);
    expect([exchange.kind, exchange.stage]).toEqual(["unavailable", "http"]);
    expect(recognised).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(14_000);
  }, 20_000);

  test("ends when nobody waits any more, with the caller's own reason", async () => {
    using server = startFake({ [PRM]: never });
    const asking = new AbortController();
    const reason = new Error("The member left.");
    const pending = find(`${server.origin}/mcp`, asking.signal).catch((error: unknown) => error);

    asking.abort(reason);

    expect(await pending).toBe(reason);
  });
});
