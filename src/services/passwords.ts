import { invalid } from "#src/errors.ts";
import { codePointLength, hasForbiddenCharacters } from "#src/lib/text.ts";

/**
 * Argon2id with 19 MiB and two passes (OWASP's first recommendation): about 25 ms, and sixteen sign-ins at once stay
 * under 320 MiB. A hash carries its own parameters, so raising these leaves old ones good.
 */
const argon2id = { algorithm: "argon2id", memoryCost: 19 * 1024, timeCost: 2 } as const;

const minChars = 8;
const maxChars = 256;

let decoy: Promise<string> | undefined;

/**
 * Long enough and no more than that: NIST SP 800-63B §5.1.1 wants no rules about kinds of characters.
 *
 * @throws {AppError} `invalid`
 */
export function passwordIn(password: string): string {
  const length = codePointLength(password);
  if (length < minChars || length > maxChars || hasForbiddenCharacters(password))
    throw invalid("/password", `A password has ${minChars} to ${maxChars} characters.`);
  return password;
}

/** @throws {AppError} `invalid`, as `passwordIn` does */
export async function hashPassword(password: string): Promise<string> {
  return await Bun.password.hash(normalized(passwordIn(password)), argon2id);
}

/**
 * Takes as long where there is no hash to compare with, so that time does not tell which accounts exist.
 *
 * @param hash - null for an account without a password, and for no account
 */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  // Made by whoever comes first, and awaited by all, so that not even that one takes another time.
  const noOnes = await (decoy ??= Bun.password.hash(crypto.randomUUID(), argon2id));
  const matches = await Bun.password.verify(normalized(password), hash ?? noOnes);
  return matches && hash !== null;
}

/** Keyboards write the same letter in several ways (NIST SP 800-63B §5.1.1.2 asks for NFKC or NFKD). */
const normalized = (password: string): string => password.normalize("NFKC");
