import { expect, test } from "bun:test";
import { createKeyring } from "#src/lib/keyring.ts";
import { readIconToken, signIconToken } from "#src/services/icons/token.ts";

const key = (id: string, byte: number) => ({ id, key: new Uint8Array(32).fill(byte) });
const keyring = createKeyring([key("one", 1)]);
const server = {
  workspaceId: "4f9b0f0e-5d3f-4f63-9d0c-0f6d1f6f6a01",
  id: 7,
  appUuid: "0f8fad5b-d9cb-469f-a165-70867728950e",
  iconVersion: 3,
};
const asked = { workspaceId: server.workspaceId, serverId: server.id };

test("a token tells for which server it was made", () => {
  const token = signIconToken(keyring, server);

  const appUuid = readIconToken(keyring, { ...asked, token });

  expect(token).toMatch(/^[A-Za-z0-9_-]{70}$/);
  expect(appUuid).toBe(server.appUuid);
});

test("another version makes another token, and the earlier one stays good", () => {
  const [before, after] = [server, { ...server, iconVersion: 4 }].map((one) => signIconToken(keyring, one));

  expect(after).not.toBe(before);
  expect(readIconToken(keyring, { ...asked, token: before ?? "" })).toBe(server.appUuid);
});

test("a token of another server, workspace, app or key is worth nothing here", () => {
  const foreign = [
    signIconToken(keyring, { ...server, id: 8 }),
    signIconToken(keyring, { ...server, workspaceId: server.appUuid }),
    signIconToken(createKeyring([key("one", 2)]), server),
    `${signIconToken(keyring, { ...server, appUuid: server.workspaceId }).slice(0, 27)}${signIconToken(keyring, server).slice(27)}`,
  ];

  const read = foreign.map((token) => readIconToken(keyring, { ...asked, token }));

  expect(read).toEqual([null, null, null, null]);
});

test("a token changed at any place, shortened or prolonged is worth nothing", () => {
  const token = signIconToken(keyring, server);
  const changed = [...token].flatMap((char, at) => [
    token.slice(0, at) + (char === "A" ? "B" : "A") + token.slice(at + 1),
    token.slice(0, at),
    token.slice(0, at) + token.slice(at + 1),
  ]);

  const accepted = [...changed, `${token}=`, `${token}A`, `${token}${token}`, ` ${token}`].filter(
    (one) => readIconToken(keyring, { ...asked, token: one }) !== null,
  );

  expect(accepted).toEqual([]);
});

test("a token made before the keys were rotated stays good", () => {
  const token = signIconToken(keyring, server);
  const rotated = createKeyring([key("two", 2), key("one", 1)]);

  const appUuid = readIconToken(rotated, { ...asked, token });

  expect(appUuid).toBe(server.appUuid);
});
