import type { ErrorCode } from "#src/errors.ts";
import { PlainLayout } from "#views/plain-layout.tsx";
import { renderPage, renderPart } from "#views/render.ts";

/** `message` is the service's own; `requiredScope` is empty where no scope was missing. */
export type Problem = { code: ErrorCode; message: string; requiredScope: string; requestId: string };

type Words = { title: string; meaning: string; next: { label: string; href: string } };

const home = { label: "Go to your servers", href: "/" };

/** What happened is the title, what it means the text, what to do the link. Codes that a page cannot meet say nothing of their own. */
function wordsFor({ code, message, requiredScope }: Problem): Words {
  switch (code) {
    case "not_found":
      return {
        title: "There is nothing here",
        meaning:
          "This page does not exist, or you cannot see it. If somebody sent you here, ask whether you are a member of their workspace.",
        next: home,
      };
    case "insufficient_scope":
      return { title: "You cannot do this", meaning: scopeWords[requiredScope] ?? message, next: home };
    case "cross_origin":
      return {
        title: "Nothing was changed",
        meaning:
          "This came from another site, or your browser does not say where it came from. Open the page here and try again.",
        next: home,
      };
    case "rate_limited":
      return { title: "Too many requests", meaning: message, next: home };
    case "body_too_large":
      return {
        title: "That is too large",
        meaning: "A form takes at most 1 MiB. Go back and send less.",
        next: home,
      };
    case "internal_error":
      return {
        title: "Something broke on our side",
        meaning:
          "It was not your doing, and it is in the log. Go back and try again; if it happens again, give your operator the number below.",
        next: home,
      };
    case "upstream_failed":
    case "upstream_timeout":
      return { title: "The server did not answer as it should", meaning: message, next: home };
    default:
      return { title: "This did not work", meaning: message, next: home };
  }
}

const scopeWords: Record<string, string> = {
  "apps:write": "Viewers look and change nothing. Ask an admin of the workspace for another role.",
  "apps:admin": "Only admins and owners of the workspace can. Ask one of them.",
  owner: "Only an owner can do this to owners.",
  session: "This needs somebody who is signed in; an API key is not enough.",
};

const ProblemText = ({ problem }: { problem: Problem }) => {
  const { title, meaning, next } = wordsFor(problem);
  return (
    <div class="problem" role="alert">
      <h1>{title}</h1>
      <p>{meaning}</p>
      <p>
        <a class="button" href={next.href}>
          {next.label}
        </a>
      </p>
      <p class="request-id">
        Request <code>{problem.requestId}</code>
      </p>
    </div>
  );
};

export const ErrorPage = ({ problem }: { problem: Problem }) => (
  <PlainLayout title={wordsFor(problem).title}>
    <ProblemText problem={problem} />
  </PlainLayout>
);

/** In the place of what was asked for. */
export const ErrorFragment = ({ problem }: { problem: Problem }) => {
  const { title, meaning } = wordsFor(problem);
  return (
    <div class="banner banner-bad" role="alert">
      <strong>{title}.</strong> {meaning} <small class="request-id">Request {problem.requestId}</small>
    </div>
  );
};

export const renderErrorPage = (problem: Problem): string => renderPage(<ErrorPage problem={problem} />);
export const renderErrorFragment = (problem: Problem): string =>
  renderPart(<ErrorFragment problem={problem} />);
