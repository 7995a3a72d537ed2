const MAX_LINE_LENGTH = 16_384;
const MAX_LINES = 16;

const SEPARATORS = /[\s,]*/y;
const NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const EQUALS = /\s*=\s*/y;
const SPACES = /[ \t]+/y;
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const UNENDED = /".*/sy;
/** A token by the book; field servers also leave URLs unquoted, so anything up to a space or comma is taken. */
const UNQUOTED = /[^\s,"]*/y;
const REST = /[^,]*/y;

/** One challenge of RFC 9110 §11.3; the scheme in lower case, parameter names as well. The server controls all of it. */
export type Challenge = { scheme: string; token68: string | null; parameters: ReadonlyMap<string, string> };

/** What a `Bearer` challenge says of how to get a token (RFC 6750 §3, RFC 9728 §5.1). */
export type BearerChallenge = {
  resourceMetadata: string | null;
  /** Space-separated, as `parseScope` reads it. */
  scope: string | null;
  error: string | null;
  errorDescription: string | null;
};

/**
 * Reads `WWW-Authenticate` (RFC 9110 §11.6.1): several lines, several schemes a line, parameters that look like the next
 * scheme. What is malformed is passed over up to the next comma, and never hides what stands before or after it.
 *
 * @param lines - one value per header line, or as `Headers.get` joins them
 */
export function parseChallenges(lines: string | readonly string[] | null): Challenge[] {
  const all = typeof lines === "string" ? [lines] : (lines ?? []);
  return all.slice(0, MAX_LINES).flatMap((line) => parseLine(line.slice(0, MAX_LINE_LENGTH)));
}

/** The `Bearer` challenge that helps most: the first that names metadata, else the first; null where there is none. */
export function bearerChallenge(lines: string | readonly string[] | null): BearerChallenge | null {
  const challenges = parseChallenges(lines).filter(({ scheme }) => scheme === "bearer");
  const chosen = challenges.find(({ parameters }) => parameters.has("resource_metadata")) ?? challenges[0];
  if (!chosen) return null;
  return {
    resourceMetadata: chosen.parameters.get("resource_metadata") ?? null,
    scope: chosen.parameters.get("scope") ?? null,
    error: chosen.parameters.get("error") ?? null,
    errorDescription: chosen.parameters.get("error_description") ?? null,
  };
}

function parseLine(line: string): Challenge[] {
  const challenges: { scheme: string; token68: string | null; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(line)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };

  while (at < line.length) {
    const isFirst = at === 0;
    const mayBeginScheme = take(SEPARATORS)?.includes(",") || isFirst;
    const name = take(NAME)?.toLowerCase();
    const current = challenges.at(-1);

    if (name === undefined) take(REST);
    else if (current && take(EQUALS) !== null) {
      const value = readValue(take);
      // The same name twice breaks RFC 9110 §11.2; the first stands, so that nothing appended overrides it.
      if (value !== null && !current.parameters.has(name)) current.parameters.set(name, value);
    } else if (mayBeginScheme && take(EQUALS) === null) {
      const token68 = take(SPACES) === null ? null : take(TOKEN68);
      challenges.push({ scheme: name, token68, parameters: new Map() });
    }
  }
  return challenges;
}

/** Null where there is none; a quoted string that never ends takes the rest of its line with it. */
function readValue(take: (pattern: RegExp) => string | null): string | null {
  const quoted = take(QUOTED);
  if (quoted !== null) return quoted.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  return take(UNENDED) === null ? take(UNQUOTED) || null : null;
}
