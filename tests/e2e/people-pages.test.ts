import { expect } from "bun:test";
import * as installation from "#src/db/installation.ts";
import type * as invitations from "#src/services/invitations.ts";
import {
  barriers,
  type FormName,
  forms,
  listeningApp,
  misdrawn,
  picture,
  story,
  openBrowser,
  unreadableOnPaper,
} from "#tests/support/browser.ts";
import { makePeople } from "#tests/support/people.ts";

const visit = openBrowser();
const token = "the-token-of-the-first-start";
const fresh = await listeningApp({ SETUP_TOKEN: token });
const app = await listeningApp();
await installation.complete(app.deps.db);
const { ada } = await makePeople(app);
const session = await ada.signedIn();
await ada.post("invitations", { role: "viewer", email: "grace@example.com" });
await ada.post("invitations", { role: "member" });
const invitation = await ada.post<invitations.NewInvitation>("invitations", { role: "admin" });
await ada.post("api-keys", { name: "Nightly report", scopes: ["apps:read"], expiresInDays: 30 });

const inWorkspace = (path: string) => `/w/${ada.workspaceId}/${path}`;

const signedOut = {
  "set-up-done": "/setup",
  "sign-in": "/sign-in?return_to=/account",
  invitation: new URL(invitation.body.url).pathname,
  "invitation-gone": "/invitations/syi_gone",
  "not-found": "/nothing/here",
};

const signedIn = {
  members: inWorkspace("members"),
  invite: inWorkspace("members/invite"),
  "api-keys": inWorkspace("api-keys"),
  "api-key-new": inWorkspace("api-keys/new"),
  activity: inWorkspace("activity"),
  settings: inWorkspace("settings"),
  "workspace-new": "/workspaces/new",
  account: "/account",
};

const pages = [
  { name: "set-up", on: fresh, path: `/setup?token=${token}`, cookie: null },
  ...Object.entries(signedOut).map(([name, path]) => ({ name, on: app, path, cookie: null })),
  ...Object.entries(signedIn).map(([name, path]) => ({ name, on: app, path, cookie: session.cookie })),
];

for (const [form, look] of Object.entries(forms) as [FormName, (typeof forms)[FormName]][]) {
  story.each(pages.map((page) => [page.name, page] as const))(
    `%s has no barrier, ${form}`,
    async (name, { on, path, cookie }) => {
      const visitor = await visit(on, look);
      if (cookie) await visitor.signIn(cookie);

      await visitor.go(path);

      await picture(visitor.page, `${name}-${form}`);
      // With scripts off, nothing can be asked of the page itself; it is the same page.
      if (form === "scriptless") return;
      expect(await misdrawn(visitor.page, form)).toEqual([]);
      expect(await barriers(visitor.page)).toEqual([]);
      if (form === "dark") expect(await unreadableOnPaper(visitor.page, name)).toEqual([]);
    },
  );
}
