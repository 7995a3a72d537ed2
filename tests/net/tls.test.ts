import { describe, expect, test } from "bun:test";
import tls from "node:tls";

import type { TraceEvent } from "#src/net/fetch.ts";
import { certificateFor } from "#tests/net/support/certificates.ts";
import { errorOf, guard, LOOPBACK, localGuard } from "#tests/net/support/guards.ts";
import { start, startHttps, startScript } from "#tests/net/support/peers.ts";

const certificate = certificateFor("mcp.example");
const trusting = { ca: certificate.cert, resolve: async () => [LOOPBACK] };

describe("over TLS", () => {
  test("the vetted address is dialled, and the certificate verified for the name", async () => {
    await using peer = await startHttps(certificate, (request, response) =>
      response.end(request.headers.host),
    );
    using fetch = guard({ ...trusting, exceptions: [{ host: "mcp.example", port: peer.port }] });
    const events: TraceEvent[] = [];

    const response = await fetch(`https://mcp.example:${peer.port}/`, {
      trace: (event) => events.push(event),
    });

    expect(await response.text()).toBe(`mcp.example:${peer.port}`);
    expect(events.map(({ stage }) => stage)).toEqual(["dns", "connect", "tls", "http"]);
  });

  test("a final dot in the name changes nothing", async () => {
    await using peer = await startHttps(certificate, ({ socket, headers }, response) => {
      response.end(JSON.stringify({ name: "servername" in socket && socket.servername, host: headers.host }));
    });
    using fetch = localGuard(trusting);

    const response = await fetch(`https://mcp.example.:${peer.port}/`);

    expect(await response.json()).toEqual({ name: "mcp.example", host: `mcp.example:${peer.port}` });
  });

  test.each([
    ["of another host", { ...trusting }, "https://other.example"],
    ["that does not name the address", { ...trusting }, "https://127.0.0.1"],
    ["of an unknown authority", { resolve: trusting.resolve }, "https://mcp.example"],
  ])("a certificate %s ends the request before a byte of it is sent", async (_what, options, origin) => {
    let requests = 0;
    await using peer = await startHttps(certificate, (_request, response) => {
      requests += 1;
      response.end();
    });
    using fetch = localGuard(options);

    const error = await errorOf(
      fetch(`${origin}:${peer.port}/`, {
        method: "POST",
        body: "secret",
        headers: { authorization: "secret" },
      }),
    );

    expect(error).toMatchObject({ kind: "failed", stage: "tls" });
    expect(requests).toBe(0);
  });

  test("an expired certificate is no certificate", async () => {
    const expired = certificateFor("mcp.example", { expiresInDays: -0.5 });
    await using peer = await startHttps(expired, (_request, response) => response.end());
    using fetch = localGuard({ ...trusting, ca: expired.cert });

    const error = await errorOf(fetch(`https://mcp.example:${peer.port}/`));

    expect(error).toMatchObject({ kind: "failed", stage: "tls" });
    expect(error.message).toContain("CERT_HAS_EXPIRED");
  });

  test("verification cannot be switched off from outside", async () => {
    await using peer = await startHttps(certificate, (_request, response) => response.end());
    using fetch = localGuard(trusting);
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";

    const error = await errorOf(fetch(`https://other.example:${peer.port}/`));
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;

    expect(error).toMatchObject({ kind: "failed", stage: "tls" });
  });

  test("versions before 1.2 are not spoken", async () => {
    const old = tls.createServer({ ...certificate, minVersion: "TLSv1", maxVersion: "TLSv1.1" });
    old.on("tlsClientError", () => {});
    await using peer = await start(old);
    using fetch = localGuard(trusting);

    expect(await errorOf(fetch(`https://mcp.example:${peer.port}/`))).toMatchObject({
      kind: "failed",
      stage: "tls",
    });
  });

  test("a server that speaks plain HTTP fails in the handshake", async () => {
    await using peer = await startScript("HTTP/1.1 400 Bad Request\r\n\r\n", { close: true });
    using fetch = localGuard(trusting);

    expect(await errorOf(fetch(`https://mcp.example:${peer.port}/`))).toMatchObject({
      kind: "failed",
      stage: "tls",
    });
  });
});
