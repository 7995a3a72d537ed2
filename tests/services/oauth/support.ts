import { and, eq } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import * as serverRows from "#src/db/servers.ts";
import { credentials } from "#src/db/schema.ts";
import type { Deps } from "#src/services/context.ts";
import { findGrant } from "#src/services/oauth/grants.ts";
import type { TestApp } from "#tests/support/app.ts";
import { comeBack, flowAt } from "#tests/support/authorizing.ts";
import {
  type Asked,
  type FakeAuthorizationServer,
  type FakeProtected,
  issueTokens,
} from "#tests/support/fake-oauth.ts";

type Change = PgUpdateSetSource<typeof credentials>;

/** Ada's grants at a server of her own, and what it takes to refresh them by hand. */
export function grantsAt({ deps, ...app }: TestApp, issuer: FakeAuthorizationServer, remote: FakeProtected) {
  const { db } = deps;

  /** Each time in a workspace of its own. */
  async function connected() {
    const at = { url: remote.url, login: issuer.login };
    const { callback, cookies, ada, bob, server: shown } = await flowAt({ deps, ...app }, at);
    await comeBack({ deps, ...app }, callback, ...cookies);
    const [server] = await serverRows.byIds(db, shown.workspaceUuid, [shown.id]);
    if (!server) throw new Error("There is no server.");
    const { grant } = await findGrant(deps, server, ada.memberId);
    // Hers, whoever else connects there.
    const ofAda = and(eq(credentials.serverId, server.id), eq(credentials.memberId, ada.memberId));
    const row = async () => (await db.select().from(credentials).where(ofAda))[0];
    return {
      ada,
      bob,
      server,
      shown,
      grant,
      stale: { server, memberId: ada.memberId, accessToken: grant.accessToken },
      key: { workspaceId: server.workspaceId, serverId: server.id, memberId: ada.memberId },
      row,
      change: (values: Change) => db.update(credentials).set(values).where(ofAda),
    };
  }

  /** As another instance on the same database: it shares nothing of what this process keeps in memory. */
  const elsewhere = (replaced: Partial<Deps["db"]> = {}): Deps => ({
    ...deps,
    db: Object.assign(Object.create(db) as Deps["db"], replaced),
  });

  const requests = (path: string) => issuer.asked.filter((asked) => asked.path === path).length;

  /** Holds token requests until they are let go; then they get this answer. */
  function gate(answer = ({ form }: Asked) => Response.json(issueTokens(issuer, form))) {
    const opened = Promise.withResolvers<void>();
    const first = Promise.withResolvers<void>();
    issuer.answers["/token"] = async (asked) => {
      first.resolve();
      await opened.promise;
      return answer(asked);
    };
    return { open: () => opened.resolve(), arrived: first.promise };
  }

  return { connected, elsewhere, requests, gate };
}

export const refusing =
  (error: string, status = 400) =>
  () =>
    Response.json({ error }, { status });
