import { timingSafeEqual } from "node:crypto";
import { AppError } from "#src/errors.ts";
import * as installation from "#src/db/installation.ts";
import { hashToken } from "#src/lib/tokens.ts";
import * as accounts from "#src/services/accounts.ts";
import * as apiKeys from "#src/services/api-keys.ts";
import type { Actor } from "#src/services/audit-events.ts";
import { checkAll } from "#src/services/checks.ts";
import type { Deps, Role, Scope } from "#src/services/context.ts";
import { nameIn } from "#src/services/names.ts";
import * as sessions from "#src/services/sessions.ts";
import * as workspaces from "#src/services/workspaces.ts";

export type SetUpInput = accounts.Newcomer & { token: string; workspaceName: string };

export type SetUp = {
  workspace: { uuid: string; name: string };
  member: { id: number; role: Role };
  /** With every scope and no end: for the scripts that go on from here. */
  apiKey: { id: number; key: string; scopes: Scope[] };
};

type Owner = Actor & { member: { id: number; role: Role } };

const everyScope: Scope[] = ["apps:read", "apps:write", "apps:admin"];

export const isSetUp = ({ db }: Pick<Deps, "db">): Promise<boolean> => installation.isComplete(db);

/** @throws {AppError} `conflict` */
export async function requireNotSetUp(deps: Pick<Deps, "db">): Promise<void> {
  if (await isSetUp(deps)) throw alreadyDone();
}

/**
 * Makes the first account, owner of the first workspace, once in the life of an installation.
 *
 * @throws {AppError} `conflict` where it is done, `not_authenticated` for a wrong token, `invalid`
 */
export async function setUp(
  deps: Deps & { requestId: string },
  input: SetUpInput,
  browser: sessions.Browser,
): Promise<{ answer: SetUp; session: sessions.OpenedSession }> {
  const { owner, workspace, session, made } = await complete(deps, input, browser, (owner) =>
    apiKeys.issue(owner, { name: "Set-up", scopes: everyScope, expiresAt: null }),
  );
  return {
    answer: {
      workspace,
      member: { id: owner.member.id, role: owner.member.role },
      apiKey: { id: made.id, key: made.key, scopes: made.scopes },
    },
    session,
  };
}

/** The same for a person, who makes a key when there is a use for one. */
export async function setUpByHand(
  deps: Deps & { requestId: string },
  input: SetUpInput,
  browser: sessions.Browser,
): Promise<{ workspace: SetUp["workspace"]; session: sessions.OpenedSession }> {
  return await complete(deps, input, browser, async () => null);
}

/** @param make - writes what the owner gets besides, or nothing of all this is written */
async function complete<Made>(
  deps: Deps & { requestId: string },
  input: SetUpInput,
  browser: sessions.Browser,
  make: (owner: Owner) => Promise<Made>,
) {
  if (await installation.isComplete(deps.db)) throw alreadyDone();
  if (!isSetUpToken(input.token, deps.settings.setupToken)) throw wrongToken();
  const { workspaceName } = checkAll({
    newcomer: () => accounts.newcomerIn(input),
    workspaceName: () => nameIn(input.workspaceName, "/workspaceName"),
  });
  const newcomer = await accounts.check(input);

  const done = await deps.db.transaction(async (tx) => {
    if (!(await installation.complete(tx))) throw alreadyDone();
    // Whoever holds the set-up token is taken at their word.
    const account = await accounts.create(tx, { ...newcomer, emailVerifiedAt: new Date() });
    const session = await sessions.open(tx, account.id, browser);
    const via = { kind: "session", idHash: session.idHash } as const;
    const founder = { db: tx, requestId: deps.requestId, account, via };
    const { workspace, member } = await workspaces.found(founder, workspaceName);
    const owner = { ...founder, member };
    return {
      owner,
      workspace: { uuid: workspace.id, name: workspace.name },
      session,
      made: await make(owner),
    };
  });

  deps.log.info({ requestId: deps.requestId, accountId: done.owner.account.id }, "set-up completed");
  return done;
}

/** Hashes are compared, as they are equally long: time tells neither the length nor how much of it is right. */
const isSetUpToken = (given: string, expected: string | null): boolean =>
  expected !== null && timingSafeEqual(Buffer.from(hashToken(given)), Buffer.from(hashToken(expected)));

const alreadyDone = () => new AppError("conflict", "This installation is set up already. Sign in instead.");

const wrongToken = () =>
  new AppError(
    "not_authenticated",
    "The set-up token is wrong. It is printed when Switchyard starts, or set by SETUP_TOKEN.",
  );
