import { expect, test } from "bun:test";
import { maxBodyBytes } from "#src/http/body.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada } = await makePeople(app);
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
