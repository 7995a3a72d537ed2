import { afterAll, expect } from "bun:test";
import * as accounts from "#src/db/accounts.ts";
import * as installation from "#src/db/installation.ts";
import * as members from "#src/db/members.ts";
import { hashPassword } from "#src/services/passwords.ts";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { forms, listeningApp, openBrowser, story } from "#tests/support/browser.ts";
import { makePeople } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

const visit = openBrowser();
const authorizationServer = await startAuthorizationServer();
afterAll(authorizationServer.stop);
const server = await startProtectedMcpServer(authorizationServer);
afterAll(server.stop);
const app = await listeningApp();
await installation.complete(app.deps.db);
const { ada } = await makePeople(app);
const email = "grace@example.com";
const password = "correct horse battery";
const grace = await accounts.insert(app.deps.db, {
  email,
  name: "Grace",
  passwordHash: await hashPassword(password),
});
await members.insert(app.deps.db, {
  workspaceId: ada.workspaceId,
  accountId: grace?.id ?? 0,
  role: "member",
});

for (const look of ["wide", "scriptless"] as const) {
  story(
    `a link to authorize leads a signed-out member by our sign-in to the other one, ${look}`,
    async () => {
      const { body } = await ada.post<{ id: number }>("mcp-servers", { url: `${server.url}?look=${look}` });
      await ada.post(`mcp-servers/${body.id}/enable`);
      const { page, go } = await visit(app, forms[look]);
      // The font of its pages is on the internet.
      await page.route(/fonts\.googleapis\.com/, (route) =>
        route.fulfill({ contentType: "text/css", body: "" }),
      );

      await go(ada.path(`mcp-servers/${body.id}/oauth/authorize`));
      await page.getByLabel("E-mail address").fill(email);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();

      await page.waitForURL(`${authorizationServer.issuer}/interaction/**`);
      expect(page.url()).toStartWith(authorizationServer.issuer);
    },
  );
}
