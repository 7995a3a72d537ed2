import { expect, spyOn, test } from "bun:test";
import { hashPassword, isPassword } from "#src/services/passwords.ts";

test("a password opens its own hash and no other", async () => {
  const hash = await hashPassword("correct horse");

  expect(hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(await isPassword("correct horse", hash)).toBe(true);
  expect(await isPassword("Correct horse", hash)).toBe(false);
});

test("the same characters, however a keyboard writes them, are the same password", async () => {
  const hash = await hashPassword("Zo\u00eb at the caf\u00e9");

  expect(await isPassword("Zoe\u0308 at the cafe\u0301", hash)).toBe(true);
});

test("every character counts, also the last of 256", async () => {
  const hash = await hashPassword(`${"x".repeat(255)}y`);

  expect(await isPassword(`${"x".repeat(255)}z`, hash)).toBe(false);
});

test("where there is no hash nothing is the password, and a hash of the same cost is checked all the same", async () => {
  const hash = await hashPassword("correct horse");
  using verify = spyOn(Bun.password, "verify");

  expect(await isPassword("a guess", hash)).toBe(false);
  expect(await isPassword("a guess", null)).toBe(false);

  const costs = verify.mock.calls.map(([, against]) => String(against).split("$").slice(0, 4));
  expect(costs).toEqual([hash.split("$").slice(0, 4), hash.split("$").slice(0, 4)]);
});

test.each(["", "1234567", "correct\0horse", "correct\ud800horse"])("%j is no password", async (password) => {
  await expect(hashPassword(password)).rejects.toMatchObject({ reason: "invalid" });
});

test("257 characters are too many", async () => {
  await expect(hashPassword("x".repeat(257))).rejects.toMatchObject({ reason: "invalid" });
});

test("eight characters are enough, whatever they are made of", async () => {
  expect(await hashPassword("👍".repeat(8))).toStartWith("$argon2id$");
});
