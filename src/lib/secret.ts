import { inspect } from "node:util";

const SHOWN = "[secret]";

/**
 * A value that must not be seen: whatever prints it, serialises it or joins it to a string gets `[secret]`.
 * Only `reveal()` gives the value, so the places that use a secret can be searched for.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
