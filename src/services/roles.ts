import { AppError } from "#src/errors.ts";
import type { Role } from "#src/services/context.ts";
import { requireScope, scopesOfRole } from "#src/services/scopes.ts";

/**
 * Admins give and take every role but one: only an owner makes, unmakes or invites owners.
 *
 * @param asker - the asking member's role as it is now
 * @param role - what is given or taken away
 * @throws {AppError} `insufficient_scope`
 */
export function requirePowerOver(asker: Role, role: Role): void {
  requireScope({ scopes: scopesOfRole(asker) }, "apps:admin");
  if (role === "owner" && asker !== "owner")
    throw new AppError("insufficient_scope", "Only an owner can do this to owners.", {
      fields: { requiredScope: "owner" },
    });
}
