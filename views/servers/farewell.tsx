import type { Role } from "#src/services/context.ts";
import { roles } from "#views/components/role.ts";

/** Why a page is no longer told of changes: its member is gone, signed out, or has this role from now on. */
export type Parting = "removed" | "signed_out" | Role;

/** Who may not look any more keeps nothing on the screen; who may do other things is asked to look anew. */
export const Farewell = ({ why }: { why: Parting }) =>
  why === "removed" || why === "signed_out" ? (
    <main id="main" hx-swap-oob="innerHTML">
      <div class="problem" role="alert">
        {why === "removed" ? <Removed /> : <SignedOut />}
      </div>
    </main>
  ) : (
    <div id="live" hx-swap-oob="innerHTML">
      <p class="notice">
        You are {roles[why].article} here from now on. <a href="">Load the page anew</a> to see what you can
        do.
      </p>
    </div>
  );

const Removed = () => (
  <>
    <h1>You are no longer a member of this workspace</h1>
    <p>
      <a class="button" href="/">
        Go to your servers
      </a>
    </p>
  </>
);

/** Asked for again, the page leads to the sign-in and back. */
const SignedOut = () => (
  <>
    <h1>You were signed out</h1>
    <p>
      <a class="button" href="">
        Sign in again
      </a>
    </p>
  </>
);
