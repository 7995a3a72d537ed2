import { expect, test } from "bun:test";
import { audit } from "#src/services/audit-events.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, vic } = await makePeople(app);
const path = `/w/${ada.workspaceId}/activity`;
const session = await ada.signedIn();
const asAda = browse(app, session.cookie);

/** The sentences on a page, as they read. */
const sentences = (html: string): string[] =>
  [...html.matchAll(/<li class="event">.*?<p>(.*?)<\/p>/g)].map(([, sentence = ""]) =>
    sentence.replaceAll(/<[^>]*>/g, ""),
  );

await session.post("invitations", { role: "viewer", email: "grace@example.com" });
await session.patch(`members/${vic.memberId}`, { role: "member" });
await bob.post("api-keys", { name: "Nightly report", scopes: ["apps:read"] });
await session.patch("/api/v2/w/" + ada.workspaceId, { name: "Engineering" });
await session.delete(`members/${vic.memberId}`);

test("what happened reads like sentences, the newest first", async () => {
  const { html } = await asAda.get(path);

  expect(sentences(html)).toEqual([
    "Ada removed Vic from the workspace",
    "Ada renamed the workspace from Ours to Engineering",
    "Bob made the API key Nightly report, with an API key",
    "Ada made Vic a member, who was a viewer",
    "Ada invited grace@example.com as a viewer",
  ]);
});

test("the list is narrowed by who and by what, in the URL", async () => {
  const byBob = await asAda.get(`${path}?memberId=${bob.memberId}`);
  const aboutMembers = await asAda.get(`${path}?targetType=member&memberId=`);

  expect(sentences(byBob.html)).toEqual(["Bob made the API key Nightly report, with an API key"]);
  expect(byBob.html).toContain(`value="${bob.memberId}" selected>Bob`);
  expect(sentences(aboutMembers.html)).toHaveLength(2);
});

test("a filter that is none is left out", async () => {
  for (const query of ["memberId=abc", "memberId=99999999999", "targetType=<b>", "targetId=a%00b"]) {
    const seen = await asAda.get(`${path}?${query}`);

    expect(seen.status).toBe(200);
    expect(sentences(seen.html)).toHaveLength(5);
  }
});

test("what has no words of its own is said plainly, and names are text", async () => {
  const actor = {
    ...app.deps,
    requestId: "r",
    account: { name: "<b>Ada</b>" },
    via: { kind: "session", idHash: "" },
  } as const;
  const member = { id: ada.memberId, workspaceId: ada.workspaceId };
  await audit(
    { ...actor, member },
    { action: "robot.set_free", target: { type: "robot", id: 1, name: "R\u202e2" } },
  );

  const { html } = await asAda.get(`${path}?targetId=1`);

  expect(sentences(html)[0]).toBe("&lt;b>Ada&lt;/b> robot set free: R⟨U+202E⟩2");
  expect(html).toContain("Show everything");
});
