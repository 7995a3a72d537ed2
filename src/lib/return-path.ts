const maxChars = 2_048;

/**
 * Where to go after sign-in: a path of ours, or nothing. Whoever made the link chose the text.
 *
 * Refused is what some browser or proxy may read as another place: a second slash, a backslash, a control character or
 * white space, also percent-encoded (twice) within the path, and whatever the URL parser would turn into such.
 */
export function returnPath(text: string | null | undefined): string | null {
  if (!text || text.length > maxChars || !text.isWellFormed()) return null;
  const end = text.search(/[?#]/);
  const path = end < 0 ? text : text.slice(0, end);
  if (!readingsOf(path).every(isOwnPath) || /[\s\p{Cc}\\]/u.test(text)) return null;

  const url = URL.parse(text, "http://ours.invalid");
  if (!url || url.origin !== "http://ours.invalid" || !isOwnPath(url.pathname)) return null;
  // Whoever has just signed in has no use for the sign-in.
  if (url.pathname === "/sign-in") return null;
  return url.pathname + url.search;
}

const isOwnPath = (path: string): boolean => /^\/(?!\/)/.test(path) && !/[\\\s\p{Cc}]/u.test(path);

/** The path as written, and as it reads once and twice decoded. */
function readingsOf(path: string): string[] {
  const once = decoded(path);
  return [path, once, decoded(once)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Half an escape is no character to anybody: it stays as it is.
    return text;
  }
}
