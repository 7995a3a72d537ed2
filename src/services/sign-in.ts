import { AppError, notFound } from "#src/errors.ts";
import * as accountRows from "#src/db/accounts.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import { createProviders } from "#src/oauth/sign-in/providers.ts";
import * as accounts from "#src/services/accounts.ts";
import type { Account, Deps } from "#src/services/context.ts";
import * as identities from "#src/services/identities.ts";
import * as invitations from "#src/services/invitations.ts";
import * as sessions from "#src/services/sessions.ts";
import { isSetUp } from "#src/services/setup.ts";
import { asking, signInFailed } from "#src/services/sign-in/failures.ts";
import { type Flow, flowSeconds, openFlow, redirectUriOf, sealFlow } from "#src/services/sign-in/flow.ts";

export { createProviders, flowSeconds, type Provider };

/** A way to sign in beside a password. */
export type WayIn = { id: string; name: string; authorizeUrl: string };

/** What whoever begins wants of it. */
export type Wish = Pick<Flow, "returnTo" | "invitation" | "linkTo">;

/** What the browser brings back. */
export type Return = {
  query: URLSearchParams;
  /** What it kept since it began. */
  sealed: string | null;
  browser: sessions.Browser;
  /** Who is signed in there, if anybody. */
  account: Account | null;
};

/**
 * What became of it, and where to go now. `password_first`: there is an account with the address, which somebody made with
 * a password; it is linked from within.
 */
export type Finished = { goTo: string } & (
  | { outcome: "signed_in" | "joined"; session: sessions.OpenedSession }
  | { outcome: "linked" | "password_first"; session: null }
);

type Finishing = Deps & { requestId: string };

export const waysIn = ({ settings }: Pick<Deps, "settings">): WayIn[] =>
  createProviders(settings.signIn).map(({ id, name }) => ({
    id,
    name,
    authorizeUrl: new URL(`/api/v2/session/${id}/authorize`, settings.publicUrl).href,
  }));

/**
 * Begins a sign-in at a provider. `sealed` is for the browser to keep, and to bring back.
 *
 * @throws {AppError} `conflict` before the set-up; `not_found` for an invitation that cannot be accepted; `upstream_failed`
 */
export async function begin(
  deps: Deps,
  provider: Provider,
  wish: Wish,
): Promise<{ url: string; sealed: string }> {
  if (!(await isSetUp(deps)))
    throw new AppError("conflict", "This installation is not set up yet. Open the set-up link first.");
  if (wish.invitation !== null) await invitations.look(deps, wish.invitation);

  const { url, state, nonce, codeVerifier } = await asking(
    provider,
    provider.begin(deps.fetch, redirectUriOf(deps, provider)),
  );
  const endsAt = Date.now() + flowSeconds * 1000;
  return {
    url,
    sealed: sealFlow(deps, provider, state, { ...wish, nonce, codeVerifier: codeVerifier.reveal(), endsAt }),
  };
}

/**
 * Ends a sign-in: finds out who it is, and whose account that is here.
 *
 * Known before: that account. Else the account with the address that the provider vouches for. Else, with an invitation, a
 * new one. Nobody else gets in.
 *
 * @throws {AppError} `sign_in_failed`, `email_not_verified`, `invitation_required`, `conflict`, `invalid` for an invitation
 * that is for another address, `upstream_failed`
 */
export async function finish(deps: Finishing, provider: Provider, back: Return): Promise<Finished> {
  const flow = flowIn(deps, provider, back);
  const { query } = back;
  const { nonce, codeVerifier } = flow;
  const answer = {
    query,
    redirectUri: redirectUriOf(deps, provider),
    nonce,
    codeVerifier: new Secret(codeVerifier),
  };
  const person = await asking(provider, provider.finish(deps.fetch, answer));

  const proven = identities.provenBy(provider, person);
  const done =
    flow.linkTo === null ? await signIn(deps, proven, flow, back) : await link(deps, proven, flow, back);
  deps.log.info(
    { requestId: deps.requestId, provider: provider.id, outcome: done.outcome },
    "signed in elsewhere",
  );
  return done;
}

function flowIn(deps: Deps, provider: Provider, { query, sealed }: Return): Flow {
  const [state = "", ...more] = query.getAll("state");
  const flow = sealed === null || more.length > 0 ? null : openFlow(deps, provider, state, sealed);
  if (!flow)
    throw signInFailed(
      "This sign-in was not begun in this browser, or took longer than ten minutes. Begin again.",
    );
  return flow;
}

/** Whoever began it has to be the one who is signed in now. */
async function link(
  deps: Finishing,
  proven: identities.Proven,
  flow: Flow,
  { account }: Return,
): Promise<Finished> {
  if (account?.id !== flow.linkTo)
    throw signInFailed("You are no longer signed in as who began this. Begin again.");
  await deps.db.transaction((tx) => identities.link({ db: tx }, account, proven));
  return { outcome: "linked", session: null, goTo: flow.returnTo ?? "/account" };
}

async function signIn(
  deps: Finishing,
  proven: identities.Proven,
  flow: Flow,
  { browser }: Return,
): Promise<Finished> {
  const { returnTo, invitation } = flow;
  // Whoever has an account is asked whether they want to join.
  const goTo = invitation === null ? (returnTo ?? "/") : `/invitations/${invitation}`;
  const known = await identities.find(deps, proven);
  if (known) return { outcome: "signed_in", session: await sessions.open(deps.db, known.id, browser), goTo };

  const { email, provider } = proven;
  if (email === null) throw emailNotVerified(provider);
  const account = await accountRows.findByEmail(deps.db, email);
  if (!account) return join(deps, { ...proven, email }, flow, browser);
  if (!identities.isLedToBy(account)) {
    const next = encodeURIComponent(invitation === null ? "/account" : goTo);
    return { outcome: "password_first", session: null, goTo: `/sign-in?return_to=${next}` };
  }
  const session = await deps.db.transaction(async (tx) => {
    await identities.link({ db: tx }, account, proven);
    return sessions.open(tx, account.id, browser);
  });
  return { outcome: "signed_in", session, goTo };
}

/** Account, identity and membership come together, or none of them. */
async function join(
  deps: Finishing,
  proven: identities.Proven & { email: string },
  { returnTo, invitation: token }: Flow,
  browser: sessions.Browser,
): Promise<Finished> {
  if (token === null) throw invitationRequired();
  const { answer, session } = await deps.db
    .transaction(async (tx) => {
      const { email, name } = proven;
      const account = await accounts.create(tx, { email, name, passwordHash: null });
      await identities.link({ db: tx }, account, proven);
      return invitations.accept({ ...deps, db: tx }, { token, joiner: { account }, browser });
    })
    .catch((failure: unknown) => {
      const isGone = failure instanceof AppError && failure.reason === notFound().reason;
      throw isGone ? invitationRequired(failure) : failure;
    });
  return { outcome: "joined", session, goTo: returnTo ?? `/w/${answer.workspace.uuid}/servers` };
}

const invitationRequired = (cause?: unknown): AppError =>
  new AppError(
    "invitation_required",
    "You have no account here. Ask somebody of the workspace to invite you, and sign in from the invitation's page.",
    { cause },
  );

const emailNotVerified = ({ name }: Provider): AppError =>
  new AppError(
    "email_not_verified",
    `${name} does not say that your e-mail address is verified. Have it verified there; or sign in with your password and add ${name} to your account.`,
  );
