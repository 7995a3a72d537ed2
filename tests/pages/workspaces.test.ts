import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, eve } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);

test("a workspace is made, and stands among one's own in the switcher, as no other's does", async () => {
  const made = await asAda.post("/workspaces/new", { name: "Second <place>" });
  const { html } = await asAda.get(`/w/${ada.workspaceId}/members`);

  expect(made.status).toBe(303);
  expect(html).toContain(`href="${made.location}"`);
  expect(html).toContain("Second &lt;place>");
  expect(html).not.toContain(eve.workspaceId);
});

test("the workspace is renamed", async () => {
  const seen = await asAda.post(`/w/${ada.workspaceId}/settings`, { name: "Engineering" });

  expect([seen.status, seen.location]).toEqual([303, `/w/${ada.workspaceId}/settings`]);
  expect((await asAda.get(`/w/${ada.workspaceId}/settings`)).html).toContain('value="Engineering"');
});

test.each(["/workspaces/new", `/w/${ada.workspaceId}/settings`])(
  "%s shows a name that is refused again",
  async (path) => {
    const name = `"><b>${"x".repeat(90)}`;

    const seen = await asAda.post(path, { name });

    expect(seen.status).toBe(422);
    expect(seen.html).toContain("A name has 1 to 80 characters.");
    expect(seen.html).toContain("&quot;>&lt;b>xxx");
  },
);
