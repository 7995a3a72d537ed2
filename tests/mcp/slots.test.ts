import { expect, test } from "bun:test";
import { type Claim, Slots } from "#src/mcp/slots.ts";

const claim = (different: Partial<Claim> = {}): Claim => ({
  workspaceId: "w",
  memberId: 1,
  url: "https://one.example/mcp",
  ...different,
});

/** Takes a slot and keeps it until `release` is called. */
function hold(slots: Slots, by: Claim): { done: Promise<void>; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { done: slots.run(by, () => promise), release: resolve };
}

const isFree = (slots: Slots, by: Claim): Promise<boolean> =>
  slots
    .run(by, async () => {})
    .then(
      () => true,
      () => false,
    );

test("a member has four slots, whatever the hosts", async () => {
  const slots = new Slots();
  const urls = [1, 2, 3, 4].map((number) => `https://host-${number}.example/`);
  const held = urls.map((url) => hold(slots, claim({ url })));

  const fifth = slots.run(claim({ url: "https://host-5.example/" }), async () => {});

  await expect(fifth).rejects.toMatchObject({ name: "McpError", kind: "busy" });
  expect(await isFree(slots, claim({ memberId: 2 }))).toBe(true);
  for (const { release } of held) release();
});

test("a workspace has sixteen, and another workspace's member 1 is somebody else", async () => {
  const slots = new Slots({ perMember: 4, perWorkspace: 16, perHost: 100 });
  const held = Array.from({ length: 16 }, (_, index) => hold(slots, claim({ memberId: index % 8 })));

  const free = await Promise.all([
    isFree(slots, claim({ memberId: 99 })),
    isFree(slots, claim({ workspaceId: "x" })),
  ]);

  expect(free).toEqual([false, true]);
  for (const { release } of held) release();
});

test("a host has eight, over all workspaces, and its port belongs to it", async () => {
  const slots = new Slots();
  const held = Array.from({ length: 8 }, (_, index) => hold(slots, claim({ workspaceId: `w${index}` })));

  const free = await Promise.all([
    isFree(slots, claim({ workspaceId: "x", url: "https://ONE.example/other" })),
    isFree(slots, claim({ workspaceId: "x", url: "https://one.example:8443/mcp" })),
  ]);

  expect(free).toEqual([false, true]);
  for (const { release } of held) release();
});

test("a slot is free again when its work is done or failed", async () => {
  const slots = new Slots({ perMember: 1, perWorkspace: 1, perHost: 1 });
  const first = hold(slots, claim());
  const whileHeld = await isFree(slots, claim());
  first.release();
  await first.done;

  await slots.run(claim(), () => Promise.reject(new Error("failed"))).catch(() => {});

  expect(whileHeld).toBe(false);
  expect(await isFree(slots, claim())).toBe(true);
});
