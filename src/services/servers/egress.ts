import { AppError } from "#src/errors.ts";
import { EgressError } from "#src/net/fetch.ts";
import type { Deps } from "#src/services/context.ts";

/** What can be refused without asking anybody. @throws {AppError} `url_not_allowed` */
export function checkEgress({ fetch }: Pick<Deps, "fetch">, url: string): void {
  try {
    fetch.check(url);
  } catch (cause) {
    if (!(cause instanceof EgressError)) throw cause;
    throw new AppError("url_not_allowed", cause.message, { fields: { stage: cause.stage }, cause });
  }
}
