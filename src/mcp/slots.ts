import { McpError } from "#src/mcp/errors.ts";
import type { Target } from "#src/mcp/target.ts";

export type SlotLimits = { perMember: number; perWorkspace: number; perHost: number };

export const SLOT_LIMITS: SlotLimits = { perMember: 4, perWorkspace: 16, perHost: 8 };

/** Whose upstream call it is, and where it goes. */
export type Claim = Pick<Target, "workspaceId" | "memberId" | "url">;

/**
 * How many upstream calls may be under way at once, so that hanging servers slow nobody but those who call them. Nobody
 * waits for a slot: a queue behind a hanging server is a hang with more steps.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #taken = new Map<string, number>();

  constructor(limits: SlotLimits = SLOT_LIMITS) {
    this.#limits = limits;
  }

  /** @throws {McpError} `busy`, at once, where the member, the workspace or the host has no slot left */
  async run<T>(claim: Claim, work: () => Promise<T>): Promise<T> {
    const wanted: [string, number][] = [
      [`member ${claim.workspaceId}/${claim.memberId}`, this.#limits.perMember],
      [`workspace ${claim.workspaceId}`, this.#limits.perWorkspace],
      [`host ${new URL(claim.url).host}`, this.#limits.perHost],
    ];
    if (wanted.some(([name, limit]) => this.#count(name) >= limit)) {
      throw new McpError(
        "busy",
        "connect",
        "Too many calls to servers are under way. Try again in a moment.",
      );
    }

    for (const [name] of wanted) this.#taken.set(name, this.#count(name) + 1);
    try {
      return await work();
    } finally {
      for (const [name] of wanted) this.#release(name);
    }
  }

  #count(name: string): number {
    return this.#taken.get(name) ?? 0;
  }

  #release(name: string): void {
    const left = this.#count(name) - 1;
    if (left > 0) this.#taken.set(name, left);
    else this.#taken.delete(name);
  }
}
