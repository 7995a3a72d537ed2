import { AppError, type FieldError, invalidFields } from "#src/errors.ts";

type Checks = Record<string, () => unknown>;

/** What each check gave, by its name; absent where the check is. */
type Checked<Made extends Checks> = {
  [Name in keyof Made]: ReturnType<Made[Name]>;
};

/**
 * Makes every check before it refuses, so that whoever sent several faults mends them at once.
 *
 * ```ts
 * const { email, name } = checkAll({ email: () => emailIn(input.email), name: () => nameIn(input.name) });
 * ```
 *
 * @throws {AppError} `invalid` with the faults of all checks, one for each path; whatever else one of them throws, at once
 */
export function checkAll<Made extends Checks>(checks: Made): Checked<Made> {
  const given: Record<string, unknown> = {};
  const refusals: AppError[] = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      given[name] = check();
    } catch (failure) {
      if (!(failure instanceof AppError) || failure.reason !== "invalid") throw failure;
      refusals.push(failure);
    }
  }
  const [first, ...others] = refusals;
  if (first && others.length === 0) throw first;
  if (first) throw invalidFields(firstOfEachPath(refusals.flatMap(faultsOf)));
  // Each name that was asked for has been given what its check gave.
  return given as Checked<Made>;
}

/** `invalid` is made with these alone. */
const faultsOf = ({ fields }: AppError): readonly FieldError[] =>
  Array.isArray(fields["errors"]) ? fields["errors"] : [];

const firstOfEachPath = (faults: FieldError[]): FieldError[] =>
  faults.filter(({ path }, index) => faults.findIndex((fault) => fault.path === path) === index);
