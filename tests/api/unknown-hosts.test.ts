import { expect, test } from "bun:test";
import { createPool } from "#src/mcp/pool.ts";
import { createGuardedFetch } from "#src/net/fetch.ts";
import { testApp } from "#tests/support/app.ts";
import { type Answer, makePeople } from "#tests/support/people.ts";
import { addServer } from "#tests/support/servers.ts";

/*
 * A mistyped host and one that is somebody's inside are told apart by nobody: neither by words nor by code or stage.
 */

const hosts = { unknown: "no-such-host.invalid", inside: "wiki.intra.example" };

const fetch = createGuardedFetch({
  allowLoopback: false,
  exceptions: [],
  async resolve(hostname) {
    if (hostname === hosts.inside) return ["10.0.0.7"];
    throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  },
});
const pool = createPool({ fetch });
const app = await testApp({}, { fetch, pool });
const { ada } = await makePeople(app);

type Detail = { detail: { code: string; message: string; stage: string } };
type Test = { error: object; stages: { stage: string; ok: boolean }[]; success: boolean };

/** All that an answer says, without what is another one each time. */
const saidIn = ({ status, body }: Answer<Detail>) => [status, { ...body.detail, requestId: "" }];

async function everything(host: string) {
  const url = `https://${host}/mcp`;
  const { id } = await addServer(ada, { url });
  const { body } = await ada.post<Test>(`mcp-servers/${id}/test`);
  return {
    create: saidIn(await ada.post<Detail>("mcp-servers", { url: `${url}?other` })),
    discovery: saidIn(await ada.post<Detail>("mcp-servers/oauth-discovery", { url })),
    enable: saidIn(await ada.post<Detail>(`mcp-servers/${id}/enable`)),
    test: { ...body, latencyMs: 0, stages: body.stages.map(({ stage, ok }) => [stage, ok]) },
  };
}

const words =
  "No address on the public internet is known for this name. Check that it is spelled right; if the server is inside your " +
  "network, the operator has to allow it with EGRESS_ALLOW=host:port.";
const refused = [422, { code: "url_not_allowed", message: words, stage: "dns", requestId: "" }];

test("a name that nobody has reads as a typing mistake, wherever it is met", async () => {
  const { create, discovery, enable, test } = await everything(hosts.unknown);

  expect([create, discovery, enable]).toEqual([refused, refused, refused]);
  expect(test).toMatchObject({
    success: false,
    stages: [["dns", false]],
    error: { code: "url_not_allowed", stage: "dns", message: words },
    state: "REGISTER",
    enabled: false,
  });
});

test("and one that leads inside is answered with exactly the same", async () => {
  expect(await everything(hosts.inside)).toEqual(await everything(`${crypto.randomUUID()}.invalid`));
});

test("an address that is not public is said to be that, as it tells nothing that was not known", async () => {
  const { body } = await ada.post<Detail>("mcp-servers", { url: "http://10.0.0.7/mcp" });

  expect(body.detail).toMatchObject({
    code: "url_not_allowed",
    message: expect.stringMatching(/^The egress policy .+ EGRESS_ALLOW=host:port\.$/),
    stage: "dns",
  });
});
