/** More than any server needs, and little enough to store and to send in a URL. */
export const maxScopes = 200;

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

/** Whether `scopes` adds nothing to `granted`. */
export function isSubset(scopes: readonly string[], granted: readonly string[]): boolean {
  return scopes.every((scope) => granted.includes(scope));
}

/** `scopes` without what an admin never lets the server have; null is no ceiling. */
export function withinCeiling(scopes: readonly string[], ceiling: readonly string[] | null): string[] {
  return ceiling === null ? [...scopes] : scopes.filter((scope) => ceiling.includes(scope));
}
