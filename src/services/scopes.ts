import { AppError } from "#src/errors.ts";
import type { Ctx, Role, Scope } from "#src/services/context.ts";

const all: Scope[] = ["apps:read", "apps:write", "apps:admin"];

/** A scope and what it implies: `apps:admin` ⇒ `apps:write` ⇒ `apps:read`. */
const implied: Record<Scope, Scope[]> = {
  "apps:read": ["apps:read"],
  "apps:write": ["apps:read", "apps:write"],
  "apps:admin": all,
};

const ofRole: Record<Role, Scope[]> = {
  owner: all,
  admin: all,
  member: implied["apps:write"],
  viewer: implied["apps:read"],
};

export const scopesOfRole = (role: Role): Scope[] => ofRole[role];

/** What a key may do now: never more than its member's present role. */
export const scopesOfKey = (granted: readonly Scope[], role: Role): Scope[] =>
  ofRole[role].filter((scope) => granted.some((one) => implied[one]?.includes(scope)));

/**
 * @param why - what is said where it is not plain from what was asked
 * @throws {AppError} `insufficient_scope`, naming the one that is missing
 */
export function requireScope(
  member: { scopes: readonly Scope[] },
  scope: Scope,
  why = `This needs the ${scope} scope.`,
): void {
  if (member.scopes.includes(scope)) return;
  throw new AppError("insufficient_scope", why, { fields: { requiredScope: scope } });
}

export const isAdmin = (ctx: Ctx): boolean => ctx.member.scopes.includes("apps:admin");
