import type { Ctx } from "#src/services/context.ts";

/*
 * Who was found to ask, for what answers a request in the place of its route: a failure, told as a page, keeps what
 * stands around the pages of a workspace for its members. Nothing is here for strangers and members of others.
 */

const known = new WeakMap<Request, Ctx>();

export const noteMember = (request: Request, ctx: Ctx): void => void known.set(request, ctx);

export const memberOf = (request: Request): Ctx | null => known.get(request) ?? null;
