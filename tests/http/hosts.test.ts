import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { listen, speak } from "#tests/support/listening.ts";
import { bearer, makePeople } from "#tests/support/people.ts";

const app = await testApp();
const port = listen(app.deps);
const { ada } = await makePeople(app);
const key = `Authorization: ${bearer(ada.key).authorization}\r\n`;

const ask = (host: string, path = "/api/v2/me", method = "GET") =>
  speak(port, `${method} ${path} HTTP/1.1\r\n${host}${key}\r\n`);

test("our own name is answered, whatever its case", async () => {
  for (const host of ["Host: 127.0.0.1:3000\r\n", "host: 127.0.0.1:3000\r\n"])
    expect((await ask(host)).status).toBe(200);
});

test.each(["localhost:3000", "LOCALHOST:3000", "127.0.0.1", "127.0.0.1:8080", "[::1]:3000"])(
  "%s, which nobody else can be, is answered as well",
  async (host) => {
    expect((await ask(`Host: ${host}\r\n`)).status).toBe(200);
  },
);

test.each([
  "Host: x\r\n",
  "Host: evil.example.com\r\n",
  "Host: localhost.evil.example.com:3000\r\n",
  "Host: 127.0.0.1.evil.example.com\r\n",
  "Host: 127.0.0.2:3000\r\n",
  "Host: 127.0.0.1:3000.evil.example.com\r\n",
  "Host: evil@127.0.0.1:3000\r\n",
  "Host: 127.0.0.1:3000/healthz?\r\n",
  "Host: 127.0.0.1:3000#\r\n",
  "Host: 127.0.0.1:3000\r\nHost: evil.example.com\r\n",
  "Host: \r\n",
  "Host: [::1\r\n",
])("%j is answered by nobody, in our own shape", async (host) => {
  const { status, headers, body } = await ask(host);

  expect(body).not.toContain("node_modules");
  expect([400, 421]).toContain(status);
  if (status === 400) return expect(body).toBe("");
  expect(JSON.parse(body)).toEqual({
    detail: {
      code: "misdirected_request",
      message: "This address is not served here. Use http://127.0.0.1:3000.",
      requestId: headers["x-request-id"] ?? "none",
    },
  });
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
});

test("a request of HTTP/1.0 without a host is refused, and shows nothing of us", async () => {
  const { status, body } = await speak(port, `GET /api/v2/me HTTP/1.0\r\n${key}\r\n`);

  expect([status, body.includes("src/")]).toEqual([421, false]);
});

test("a short host does not run another route than the one asked for", async () => {
  // Elysia looks for the path from the eleventh character of the URL on: `http://x/api…` would be cut in the middle.
  const { status } = await ask("Host: x\r\n", "/aaaaaaaaaapi/v2/me");

  expect(status).toBe(421);
});

test("no link is built from what a request says of its host", async () => {
  await ada.post("mcp-servers", { url: "https://mcp.example.com/mcp", discover: false });

  const { body } = await speak(
    port,
    `GET ${ada.path("mcp-servers")} HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nX-Forwarded-Host: evil.example.com\r\n` +
      `X-Forwarded-Proto: https\r\nForwarded: host=evil.example.com\r\nX-Original-URL: /evil\r\n${key}\r\n`,
  );

  expect(body).toContain('"iconUrl":"http://127.0.0.1:3000/');
  expect(body).not.toContain("evil");
});

test.each(["http", "https"])(
  "on the default port of %s the port may be left out or written",
  async (scheme) => {
    const proxied = await testApp({ PUBLIC_URL: `${scheme}://switchyard.example.com` });
    const from = (host: string) =>
      proxied.handle(new Request(`${scheme}://${host}/api/v2/me`, { headers: { host } }));
    const defaultPort = scheme === "http" ? 80 : 443;

    expect((await from("switchyard.example.com")).status).toBe(401);
    expect((await from(`switchyard.example.com:${defaultPort}`)).status).toBe(401);
    expect((await from("switchyard.example.com:8443")).status).toBe(421);
    expect((await from("example.com")).status).toBe(421);
  },
);
