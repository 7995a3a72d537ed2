import { MAX_JSON_DEPTH } from "#src/lib/json.ts";
import { wellFormed } from "#src/lib/text.ts";

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonRecord = { [name: string]: Json };

/** Names that reach an object's prototype when somebody later copies the value carelessly. */
const UNSAFE_NAMES = new Set(["__proto__", "constructor", "prototype"]);

/** A value is nested deeper than anything honest is. */
export class TooDeep extends Error {
  override name = "TooDeep";
}

/**
 * Copies what a server said so that it can be passed on: field for field, without unsafe names, with U+FFFD for what no
 * database can store, and with every text run through `mask`, which hides our own credentials where they are echoed.
 *
 * `chars` counts the text copied so far, in UTF-16 units, for callers with a budget.
 */
export class JsonCopier {
  chars = 0;
  readonly #mask: (text: string) => string;

  constructor(mask: (text: string) => string) {
    this.#mask = mask;
  }

  /** @throws {TooDeep} past {@link MAX_JSON_DEPTH} */
  copy(value: unknown): Json {
    return this.#copy(value, MAX_JSON_DEPTH);
  }

  #copy(value: unknown, depthLeft: number): Json {
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (typeof value !== "object" || value === null) return null;
    if (depthLeft === 0) throw new TooDeep(`JSON nested deeper than ${MAX_JSON_DEPTH} levels`);
    if (Array.isArray(value)) return value.map((item) => this.#copy(item, depthLeft - 1));

    const copied: JsonRecord = {};
    for (const [name, member] of Object.entries(value)) {
      const safeName = this.#text(name);
      if (!UNSAFE_NAMES.has(safeName)) copied[safeName] = this.#copy(member, depthLeft - 1);
    }
    return copied;
  }

  #text(text: string): string {
    this.chars += text.length;
    return this.#mask(wellFormed(text));
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same for a value that is already {@link Json}. */
export function isJsonRecord(value: Json | undefined): value is JsonRecord {
  return isRecord(value);
}
