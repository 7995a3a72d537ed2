import type { Db } from "#src/db/client.ts";
import type { AuthType, Role, Scope } from "#src/db/schema.ts";
import type { Keyring } from "#src/lib/keyring.ts";
import type { Lanes } from "#src/lib/lanes.ts";
import type { Logger } from "#src/lib/log.ts";
import type { Metrics } from "#src/lib/metrics.ts";
import type { ConnectionPool } from "#src/mcp/pool.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import type { Changes } from "#src/services/changes.ts";
import type { Settings } from "#src/settings.ts";

// What other layers say of a service's things, they import from here: `db` is behind `services`.
export type { AuthType, Role, Scope };

/** The outside things a service may touch. Built once by `main`, or by a test; `createApp` only passes them on. */
export type Deps = {
  db: Db;
  settings: Settings;
  keyring: Keyring;
  /** The only way out of the process toward hosts that users or servers name. */
  fetch: GuardedFetch;
  pool: ConnectionPool;
  /** What happens to servers, for pages that show it at once. */
  changes: Changes;
  /** What is done after an answer, for the member who got it. */
  lanes: Lanes;
  log: Logger;
  metrics: Metrics;
  /** Whether the database answers and has every migration. */
  isReady(): Promise<boolean>;
};

/** Somebody who proved who they are, before any workspace is involved. */
export type Account = {
  id: number;
  email: string;
  name: string;
  avatarUrl: string | null;
};

/** An account's place in one workspace, as it is now: read anew with every request. */
export type Member = {
  id: number;
  workspaceId: string;
  role: Role;
  /** What this request may do: the role's scopes, narrowed by the API key's where one was used. */
  scopes: Scope[];
};

/** How the account proved itself. */
export type Via =
  | { kind: "session"; idHash: string }
  /** `granted` is what the key was made with, whatever its member's role allows now. */
  | { kind: "api_key"; id: number; workspaceId: string; granted: Scope[]; expiresAt: Date | null };

/** What a service gets when an account asks for something outside any workspace. */
export type AccountCtx = Deps & {
  requestId: string;
  /**
   * Aborted once nobody waits for the answer any more. What only looks or calls upstream ends with it, as `cancelled`;
   * what has begun to change something, here or there, is carried to its end.
   */
  signal: AbortSignal;
  account: Account;
  via: Via;
};

/** What a service gets when a member of a workspace asks. */
export type Ctx = AccountCtx & { member: Member };

/** Without what belongs to one request: for whatever outlives it. */
export const depsOf = ({
  db,
  settings,
  keyring,
  fetch,
  pool,
  changes,
  lanes,
  log,
  metrics,
  isReady,
}: Deps): Deps => ({
  db,
  settings,
  keyring,
  fetch,
  pool,
  changes,
  lanes,
  log,
  metrics,
  isReady,
});
