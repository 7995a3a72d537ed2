import { PlainLayout } from "#views/plain-layout.tsx";

/** For whoever opens the set-up's link again. */
export const AlreadySetUpPage = () => (
  <PlainLayout title="Set up already">
    <h1>This is set up already</h1>
    <p>Sign in with the account that was made, or ask whoever made it for an invitation.</p>
    <p>
      <a class="button button-primary" href="/sign-in">
        Sign in
      </a>
    </p>
  </PlainLayout>
);
