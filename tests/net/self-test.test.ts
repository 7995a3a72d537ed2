import { expect, test } from "bun:test";
import http from "node:http";

import { assertLookupHonoured } from "#src/net/self-test.ts";
import { closedPort, startHttp } from "#tests/net/support/peers.ts";

test("this runtime honours the look-up", async () => {
  await assertLookupHonoured();
});

test("a runtime that dials without asking the look-up is noticed", async () => {
  await using peer = await startHttp((_request, response) => response.end("reached"));
  const deaf = { request: () => http.request({ hostname: "127.0.0.1", port: peer.port, agent: false }) };

  await expect(assertLookupHonoured([http, deaf])).rejects.toThrow("cannot be guarded");
});

test("so is one that fails for a reason of its own", async () => {
  const port = await closedPort();
  const deaf = { request: () => http.request({ hostname: "127.0.0.1", port, agent: false }) };

  await expect(assertLookupHonoured([deaf])).rejects.toThrow("cannot be guarded");
});
