import { randomBytes } from "node:crypto";
import { openDeps } from "#src/boot/deps.ts";
import * as installation from "#src/db/installation.ts";
import * as members from "#src/db/members.ts";
import * as accounts from "#src/services/accounts.ts";
import type { Ctx, Deps, Role } from "#src/services/context.ts";
import { depsOf } from "#src/services/context.ts";
import { scopesOfRole } from "#src/services/scopes.ts";
import * as servers from "#src/services/servers/index.ts";
import * as workspaces from "#src/services/workspaces.ts";
import { readSettings } from "#src/settings.ts";

/*
 * `bun run db:seed`: fills a new installation with a demo. Ada owns the workspace Acme, Bob is a member and Vic views;
 * Eve owns Elsewhere. They share one password, made up now and printed once.
 */

const demoServers = [
  {
    name: "Everything",
    url: "http://127.0.0.1:3901/mcp",
    description: "The reference server, started on this machine.",
  },
  {
    name: "DeepWiki",
    url: "https://mcp.deepwiki.com/mcp",
    description: "Documentation of public repositories.",
  },
  { name: "Linear", url: "https://mcp.linear.app/mcp", authType: "oauth" as const },
];

const { deps, close } = await openDeps(readSettings(process.env));
if (await installation.isComplete(deps.db)) {
  console.error(
    "This installation is set up already. Seed an empty one: another DATA_DIR, or an empty database.",
  );
  await close();
  process.exit(1);
}

const password = randomBytes(9).toString("base64url");
const ada = await newcomer(deps, "Ada", password);
const acme = await found(deps, ada, "Acme");
await join(deps, acme.workspaceId, await newcomer(deps, "Bob", password), "member");
await join(deps, acme.workspaceId, await newcomer(deps, "Vic", password), "viewer");
await found(deps, await newcomer(deps, "Eve", password), "Elsewhere");
await installation.complete(deps.db);

const ctx: Ctx = {
  ...depsOf(deps),
  requestId: "seed",
  signal: new AbortController().signal,
  account: ada,
  via: { kind: "session", idHash: "" },
  member: { id: acme.id, workspaceId: acme.workspaceId, role: "owner", scopes: scopesOfRole("owner") },
};
for (const server of demoServers) await servers.create(ctx, { ...server, discover: false });
await close();
console.log(
  `Seeded. Sign in as ada@example.com, bob@example.com, vic@example.com or eve@example.com with: ${password}`,
);

async function newcomer({ db }: Deps, name: string, secret: string) {
  const checked = await accounts.check({
    email: `${name.toLowerCase()}@example.com`,
    name,
    password: secret,
  });
  return accounts.create(db, checked);
}

async function found({ db }: Deps, account: Awaited<ReturnType<typeof newcomer>>, name: string) {
  const via = { kind: "session", idHash: "" } as const;
  const { member } = await db.transaction((tx) =>
    workspaces.found({ db: tx, requestId: "seed", account, via }, name),
  );
  return member;
}

async function join({ db }: Deps, workspaceId: string, { id: accountId }: { id: number }, role: Role) {
  await members.insert(db, { workspaceId, accountId, role });
}
