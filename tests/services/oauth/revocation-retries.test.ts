import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { revocations } from "#src/db/schema.ts";
import type { Deps } from "#src/services/context.ts";
import { type Order, putDown } from "#src/services/oauth/revocation-orders.ts";
import { retryRevocations } from "#src/services/oauth/revocation-retries.ts";
import { ROUND } from "#src/services/rounds.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { db } = app.deps;
const never = new AbortController().signal;

const orderAt = (host: string): Order => ({
  revocationEndpoint: `https://${host}/revoke`,
  token: "t",
  tokenType: "refresh_token",
  clientId: "c",
  clientSecret: null,
  tokenEndpointAuthMethod: "none",
});

/** A world in which some hosts hang until they are let go, and all others answer at once. */
function world(hangs: (host: string) => boolean) {
  const letGo = Promise.withResolvers<void>();
  const asked: string[] = [];
  const answered = Promise.withResolvers<void>();
  let hanging = 0;
  let most = 0;
  const answer = async (...[url]: Parameters<Deps["fetch"]>) => {
    const { host } = new URL(String(url));
    asked.push(host);
    if (!hangs(host)) {
      answered.resolve();
      return new Response();
    }
    hanging += 1;
    most = Math.max(most, hanging);
    await letGo.promise;
    hanging -= 1;
    return new Response(null, { status: 503 });
  };
  const fetch: Deps["fetch"] = Object.assign(answer, { close: () => {}, check: () => {} });
  return { deps: { ...app.deps, fetch }, asked, answered: answered.promise, letGo, most: () => most };
}

test("a tenant whose many revocations hang at many hosts holds up no other's", async () => {
  const { ada, eve } = await makePeople(app);
  const { deps, asked, answered, letGo, most } = world((host) => host.endsWith(".hostile.example"));
  const hostile = { workspaceId: eve.workspaceId, name: "Hostile" };
  const hosts = Array.from({ length: 24 }, (_, n) => `${n}.hostile.example`);
  await putDown(deps, hostile, hosts.map(orderAt));
  await db.update(revocations).set({ retryAt: new Date(0) });
  await putDown(deps, { workspaceId: ada.workspaceId, name: "Honest" }, [orderAt("honest.example")]);
  await db
    .update(revocations)
    .set({ retryAt: new Date(1_000) })
    .where(eq(revocations.serverName, "Honest"));

  const round = retryRevocations(deps, never, { limits: { ...ROUND, atOnce: 8, perWorkspace: 4 } });
  await answered;
  const before = asked.length;
  letGo.resolve();
  await round;

  expect(before).toBeLessThanOrEqual(5);
  expect(most()).toBe(4);
  expect(new Set(asked).size).toBe(25);
  expect(asked).toHaveLength(25);
  expect(await db.$count(revocations)).toBe(24);
});
