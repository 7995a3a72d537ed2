import { AppError } from "#src/errors.ts";
import type { Deps } from "#src/services/context.ts";

/** What can be refused without asking anybody. @throws {AppError} `url_not_allowed` */
export function checkEgress({ fetch }: Pick<Deps, "fetch">, url: string): void {
  try {
    fetch.check(url);
  } catch (cause) {
    throw new AppError(
      "url_not_allowed",
      cause instanceof Error ? cause.message : "This address is not allowed.",
      { cause },
    );
  }
}
