import { expect, test } from "bun:test";
import { AppError, invalid, invalidFields, notFound } from "#src/errors.ts";
import { checkAll } from "#src/services/checks.ts";

const refusing = (failure: AppError) => (): never => {
  throw failure;
};

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (failure) {
    return failure;
  }
  return null;
}

test("what the checks give is given by their names", () => {
  const { one, two } = checkAll({ one: () => 1, two: () => "second" });

  expect([one, two]).toEqual([1, "second"]);
});

test("all faults are told at once, in order, and the first one of each path", () => {
  const first = refusing(invalid("/name", "Too long."));
  const second = refusing(
    invalidFields([
      { path: "/url", message: "No URL." },
      { path: "/name", message: "Too odd." },
    ]),
  );
  const third = refusing(invalid("/age", "Too old."));

  const failure = thrownBy(() => checkAll({ first, second, fine: () => true, third }));

  expect(failure).toMatchObject({
    reason: "invalid",
    message: "name: Too long. url: No URL. age: Too old.",
    fields: {
      errors: [
        { path: "/name", message: "Too long." },
        { path: "/url", message: "No URL." },
        { path: "/age", message: "Too old." },
      ],
    },
  });
});

test("a single refusal is thrown as it is, in its own words", () => {
  const refusal = invalid("/name", "A name has 1 to 80 characters.");

  expect(thrownBy(() => checkAll({ fine: () => 1, check: refusing(refusal) }))).toBe(refusal);
});

test("whatever else is thrown comes before what is wrong with the input", () => {
  const failure = notFound();
  const wrong = refusing(invalid("/name", "Too long."));

  expect(thrownBy(() => checkAll({ wrong, absent: refusing(failure) }))).toBe(failure);
});
