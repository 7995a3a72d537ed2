import type { ErrorCode } from "#src/errors.ts";
import { Banner } from "#views/components/banner.tsx";
import { RequestId } from "#views/components/request-id.tsx";
import { Text } from "#views/components/text.tsx";
import { Layout, type Section, type Shell } from "#views/layout.tsx";
import { PlainLayout } from "#views/plain-layout.tsx";
import { renderPage, renderPart } from "#views/render.ts";

/** `message` is the service's own, `said` another's words about it. What the failure does not have is empty. */
export type Problem = {
  code: ErrorCode;
  message: string;
  requiredScope: string;
  authorizeUrl: string;
  said: string;
  /** The page of the server that it is about. */
  serverPath: string;
  /** It is about coming back from a server's sign-in, of which the message says more than any code. */
  isReturning: boolean;
  requestId: string;
};

/** What happened. Codes that say it well enough in their message, or that no page meets, have the last one. */
const titles: Partial<Record<ErrorCode, string>> = {
  not_found: "There is nothing here",
  sign_in_failed: "You are not signed in",
  email_not_verified: "Your e-mail address is not verified",
  invitation_required: "You need an invitation",
  insufficient_scope: "You cannot do this",
  cross_origin: "Nothing was changed",
  member_auth_required: "The server wants to know you first",
  authorization_required: "The server wants to know you first",
  server_not_ready: "The server is not set up yet",
  server_disabled: "The server is disabled",
  issuer_changed: "The server sends people elsewhere to sign in",
  manual_registration_required: "The server wants to know Switchyard first",
  conflict: "That is not possible now",
  rate_limited: "Too many requests",
  body_too_large: "That is too large",
  bad_request: "That cannot be read",
  upstream_failed: "The server did not answer as it should",
  upstream_timeout: "The server did not answer in time",
  misdirected_request: "This is not the address",
  internal_error: "Something broke on our side",
};

/** What it means, where the service's own words are meant for programs. */
const meanings: Partial<Record<ErrorCode, string>> = {
  not_found:
    "This page does not exist, or you cannot see it. If somebody sent you here, ask whether you are a member of their workspace.",
  manual_registration_required:
    "Its sign-in takes only clients that somebody registered there by hand. An admin can enter one on the server’s page, which says what to register.",
  cross_origin:
    "This came from another site, or your browser does not say where it came from. Open the page here and try again.",
  body_too_large: "A form takes at most 1 MiB. Go back and send less.",
  internal_error:
    "It was not your doing, and it is in the log. Go back and try again; if it happens again, give your operator the number below.",
};

const scopeMeanings: Record<string, string> = {
  "apps:write": "Viewers look and change nothing. Ask an admin of the workspace for another role.",
  "apps:admin": "Only admins and owners of the workspace can. Ask one of them.",
  owner: "Only an owner can do this to owners.",
  session: "This needs somebody who is signed in; an API key is not enough.",
};

const titleOf = ({ code, isReturning }: Problem): string =>
  isReturning ? "You are not connected" : (titles[code] ?? "This did not work");
const meaningOf = ({ code, message, requiredScope, isReturning }: Problem): string =>
  isReturning ? message : (scopeMeanings[requiredScope] ?? meanings[code] ?? message);

const ProblemText = ({ problem }: { problem: Problem }) => (
  <div class="problem" role="alert">
    <h1>{titleOf(problem)}</h1>
    <p>
      <Text>{meaningOf(problem)}</Text>
    </p>
    {problem.said && (
      <p class="muted">
        The other side says: “<Text>{problem.said}</Text>”
      </p>
    )}
    <p>
      <NextLink problem={problem} />
    </p>
    <RequestId id={problem.requestId} />
  </div>
);

const NextLink = ({ problem: { code, authorizeUrl, serverPath } }: { problem: Problem }) => {
  if (authorizeUrl)
    return (
      <a class="button button-primary" href={authorizeUrl}>
        Sign in there
      </a>
    );
  if (code === "manual_registration_required" && serverPath)
    return (
      <a class="button button-primary" href={`${serverPath}?step=register`}>
        Enter a client
      </a>
    );
  return serverPath && code !== "not_found" ? (
    <a class="button" href={serverPath}>
      Go to the server
    </a>
  ) : (
    <a class="button" href="/">
      Go to your servers
    </a>
  );
};

/** Where in a workspace somebody is who may be there. */
export type Place = { shell: Shell; section: Section | null };

export const ErrorPage = ({ problem, place }: { problem: Problem; place: Place | null }) =>
  place ? (
    <Layout shell={place.shell} section={place.section} title={titleOf(problem)}>
      <ProblemText problem={problem} />
    </Layout>
  ) : (
    <PlainLayout title={titleOf(problem)}>
      <ProblemText problem={problem} />
    </PlainLayout>
  );

/** In the place of what was asked for. */
export const ErrorFragment = ({ problem }: { problem: Problem }) => (
  <Banner tone="bad">
    <p>
      <strong>{titleOf(problem)}.</strong> <Text>{meaningOf(problem)}</Text>{" "}
      {problem.authorizeUrl && <a href={problem.authorizeUrl}>Sign in there</a>}
    </p>
    <RequestId id={problem.requestId} />
  </Banner>
);

export const renderErrorPage = (problem: Problem, place: Place | null): string =>
  renderPage(<ErrorPage problem={problem} place={place} />);
export const renderErrorFragment = (problem: Problem): string =>
  renderPart(<ErrorFragment problem={problem} />);
