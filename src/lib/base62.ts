import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = 62n;
/** The largest multiple of 62 that a byte can count to: bytes beyond it would favour the first characters. */
const UNBIASED = 248;

/** Of fixed width, filled with zeros at the left. */
export function encodeBase62(value: bigint, width: number): string {
  let text = "";
  for (let rest = value; rest > 0n; rest /= BASE) text = ALPHABET.charAt(Number(rest % BASE)) + text;
  if (text.length > width) throw new RangeError(`Needs more than ${width} characters.`);
  return text.padStart(width, "0");
}

/** The caller has checked that every character is of the alphabet. */
export function decodeBase62(text: string): bigint {
  return [...text].reduce((value, char) => value * BASE + BigInt(ALPHABET.indexOf(char)), 0n);
}

/** Uniformly random characters, log2(62) = 5.95 bits each. */
export function randomBase62(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < UNBIASED && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}
