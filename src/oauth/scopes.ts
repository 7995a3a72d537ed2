/** More than any server needs, and little enough to store and to send in a URL. */
export const maxScopes = 200;

/** Encoded, they leave room for all else in the 8 KB that servers commonly take of a request's first line. */
const maxAskedChars = 6_000;

/** RFC 6749 §3.3 `scope-token`, with a bound of ours. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** The scopes of a space-separated list (RFC 6749 §3.3), each once, in their order; what is none is left out. */
export function parseScope(text: string | null): string[] {
  return validScopes((text ?? "").split(/\s+/));
}

/** Those of a list, such as `scopes_supported`, that can be asked for: each once, at most `maxScopes`. */
export function validScopes(scopes: readonly string[]): string[] {
  return [...new Set(scopes.filter((scope) => SCOPE_TOKEN.test(scope)))].slice(0, maxScopes);
}

/** Everything that any of the sets holds: what step-up asks for, so that nothing already granted is lost. */
export function union(...sets: readonly (readonly string[])[]): string[] {
  return [...new Set(sets.flat())];
}

/** As many of them, from the first, as one authorization can ask for: `maxScopes`, and no more than a URL has room for. */
export function askable(scopes: readonly string[]): string[] {
  let chars = 0;
  return scopes.slice(0, maxScopes).filter((scope) => {
    chars += encodeURIComponent(scope).length + 1;
    return chars <= maxAskedChars;
  });
}

/** Whether `scopes` adds nothing to `granted`. */
export function isSubset(scopes: readonly string[], granted: readonly string[]): boolean {
  return scopes.every((scope) => granted.includes(scope));
}

/** `scopes` without what an admin never lets the server have; null is no ceiling. */
export function withinCeiling(scopes: readonly string[], ceiling: readonly string[] | null): string[] {
  return ceiling === null ? [...scopes] : scopes.filter((scope) => ceiling.includes(scope));
}
