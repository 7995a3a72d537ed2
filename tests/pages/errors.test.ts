import { expect, test } from "bun:test";
import { maxBodyBytes } from "#src/http/body.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, eve } = await makePeople(app);
const { cookie } = await ada.signedIn();
const asAda = browse(app, cookie);

test("a page that is not there says so, what to do, and the request's id", async () => {
  const seen = await asAda.get("/nothing/here");

  expect(seen.status).toBe(404);
  expect(seen.headers.get("content-type")).toBe("text/html;charset=utf-8");
  expect(seen.html).toContain("There is nothing here");
  expect(seen.html).toContain("Go to your servers");
  expect(seen.html).toContain(seen.headers.get("x-request-id") ?? "no id");
});

test("where htmx takes a part of the page the error is a page too, and else a fragment", async () => {
  const whole = await asAda.get("/nothing", { "hx-request": "true", "hx-request-type": "full" });
  const part = await asAda.get("/nothing", { "hx-request": "true", "hx-request-type": "partial" });

  expect([whole.status, part.status]).toEqual([404, 404]);
  expect(whole.html).toContain('<main id="main"');
  expect(part.html).toStartWith('<div class="banner');
  expect(part.html).toContain(part.headers.get("x-request-id") ?? "no id");
});

test("a program that asks for JSON gets it, and so does everybody under /api", async () => {
  const program = await asAda.get("/nothing", { accept: "application/json" });
  const api = await asAda.get("/api/v2/nothing", { accept: "text/html" });

  for (const seen of [program, api])
    expect(JSON.parse(seen.html)).toMatchObject({
      detail: { code: "not_found", requestId: expect.any(String) },
    });
});

test("something that broke tells nothing but the request's id", async () => {
  const broken = await testApp({}, { isReady: async () => true });
  const { ada: other } = await makePeople(broken);
  const session = await other.signedIn();
  Object.defineProperty(broken.deps, "settings", {
    get: () => {
      throw new Error("the secret reason");
    },
  });

  const response = await broken.handle(
    new Request("http://127.0.0.1:3000/account", {
      headers: { accept: "text/html", cookie: session.cookie },
    }),
  );
  const html = await response.text();

  expect(response.status).toBe(500);
  expect(html).toContain("Something broke on our side");
  expect(html).not.toContain("the secret reason");
});

test("a form is a form: JSON and what is too large are refused, as pages", async () => {
  const send = (body: BodyInit, type: string) =>
    app.handle(
      new Request(`${app.deps.settings.publicUrl.origin}/workspaces/new`, {
        method: "POST",
        body,
        headers: {
          accept: "text/html",
          cookie,
          origin: app.deps.settings.publicUrl.origin,
          "content-type": type,
        },
      }),
    );

  const json = await send('{"name":"x"}', "application/json");
  const large = await send(`name=${"x".repeat(maxBodyBytes)}`, "application/x-www-form-urlencoded");
  const many = await send("a=b&".repeat(1001), "application/x-www-form-urlencoded");
  const nul = await send("name=a%00b", "application/x-www-form-urlencoded");

  expect([json.status, large.status, many.status, nul.status]).toEqual([415, 413, 400, 400]);
  for (const answer of [json, large, many, nul]) expect(await answer.text()).toStartWith("<!doctype html>");
});

test("the API takes no form", async () => {
  const seen = await asAda.post("/api/v2/w", { name: "x" });

  expect(seen.status).toBe(415);
});

test.each([
  ["about the form as a whole", () => `/w/${ada.workspaceId}/members/${ada.memberId}/remove`, {}, 409],
  ["about one field", () => `/w/${ada.workspaceId}/settings`, { name: " " }, 422],
  ["of a sign-in", () => "/sign-in", { email: "nobody@example.com", password: "wrong" }, 422],
])("a refusal %s shows the request's id with the form", async (_, path, fields, status) => {
  const seen = await asAda.post(path(), fields);

  expect(seen.status).toBe(status);
  expect(seen.html).toContain(`<code>${seen.headers.get("x-request-id")}</code>`);
});

const browsing = async (person: typeof ada) => browse(app, (await person.signedIn()).cookie);
const ours = `/w/${ada.workspaceId}`;

test.each([
  ["403", `${ours}/activity`, 403, "Activity"],
  ["a server's 404", `${ours}/servers/2147483647`, 404, "Servers"],
  ["an odd id's 404", `${ours}/servers/abc`, 404, "Servers"],
  ["the 404 of no page at all", `${ours}/servers/1/nothing/here`, 404, "Servers"],
])("%s within a workspace keeps its navigation for its members", async (_, path, status, label) => {
  const seen = await (await browsing(bob)).get(path);

  expect(seen.status).toBe(status);
  expect(seen.html).toContain('aria-label="Workspace"');
  expect(seen.html).toContain(`href="${ours}/servers"`);
  // It marks where one is, if that is one of the places that are offered.
  if (label === "Servers") expect(seen.html).toMatch(/aria-current="page">(?:<svg.*?<\/svg>)?Servers/s);
  expect(seen.html).toContain(seen.headers.get("x-request-id") ?? "no id");
});

test("a form that is refused to a member keeps the navigation as well", async () => {
  const seen = await (await browsing(bob)).post(`${ours}/settings`, { name: "Mine" });

  expect(seen.status).toBe(403);
  expect(seen.html).toContain('aria-label="Workspace"');
});

test("a workspace of others reads like one that never was", async () => {
  const asEve = await browsing(eve);
  const never = `/w/${crypto.randomUUID()}`;
  const same = ({ html, headers }: { html: string; headers: Headers }) =>
    html.replaceAll(headers.get("x-request-id") ?? "no id", "req");

  for (const path of ["/servers", "/servers/1", "/activity", "/nothing"]) {
    const [theirs, nobodys] = [await asEve.get(ours + path), await asEve.get(never + path)];

    expect([theirs.status, nobodys.status]).toEqual([404, 404]);
    expect(same(theirs)).toBe(same(nobodys));
    expect(theirs.html).not.toContain('aria-label="Workspace"');
  }
});
