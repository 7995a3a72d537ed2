import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { type Answer, makePeople } from "#tests/support/people.ts";
import { addServer } from "#tests/support/servers.ts";
import { serveSite } from "#tests/support/site.ts";

const limited = (answer: Answer) => [answer.status, answer.code];
const times = async <T>(count: number, ask: () => Promise<T>): Promise<T[]> => {
  const answers: T[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask());
  return answers;
};

/** Where nobody listens any more: a call there fails at once. */
async function closedPort(): Promise<string> {
  const site = serveSite();
  await site.close();
  return site.at("/mcp");
}

test("every answer says how much is left, and past the limit nothing is", async () => {
  const app = await testApp({ RATE_LIMIT: "3" });
  const { ada } = await makePeople(app);

  const answers = await times(5, () => ada.get("/api/v2/me"));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"default";q=3;w=60');
  expect(answers.map(({ headers }) => headers.get("ratelimit"))).toEqual([
    expect.stringMatching(/^"default";r=2;t=\d+$/),
    expect.stringMatching(/^"default";r=1;t=\d+$/),
    expect.stringMatching(/^"default";r=0;t=\d+$/),
    expect.stringMatching(/^"default";r=0;t=\d+$/),
    expect.stringMatching(/^"default";r=0;t=\d+$/),
  ]);
  expect(answers[3]).toMatchObject({
    body: { detail: { code: "rate_limited", retryAfterSeconds: expect.any(Number) } },
  });
  expect(Number(answers[3]?.headers.get("retry-after"))).toBeWithin(1, 61);
  expect(answers[2]?.headers.get("retry-after")).toBeNull();
});

test("each key and each session is counted by itself, also where it fails", async () => {
  const app = await testApp({ RATE_LIMIT: "2" });
  const { ada, bob } = await makePeople(app);
  const other = await ada.withScopes("apps:read");
  const browser = await ada.signedIn();

  await times(2, () => ada.get("mcp-servers/1"));

  expect((await ada.get("/api/v2/me")).status).toBe(429);
  for (const who of [other, browser, bob]) expect((await who.get("/api/v2/me")).status).toBe(200);
});

test("guessing is limited by address, and does not touch those who need not guess", async () => {
  const app = await testApp({ RATE_LIMIT: "3" });
  const { ada, stranger } = await makePeople(app);

  const answers = await times(5, () => stranger.get("/api/v2/me", { authorization: "Bearer sy_guess" }));

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
  expect((await ada.get("/api/v2/me")).status).toBe(200);
});

test("tests and discoveries are limited to sixty a minute, each by itself", async () => {
  const app = await testApp();
  const { ada, bob } = await makePeople(app);
  const url = await closedPort();
  const { id } = await addServer(ada, { url });

  const tests = await times(61, () => ada.post(`mcp-servers/${id}/test`));
  const discoveries = await times(61, () => ada.post("mcp-servers/oauth-discovery", { url }));

  for (const [answers, policy] of [
    [tests, "test"],
    [discoveries, "oauth-discovery"],
  ] as const) {
    expect(answers.slice(0, 60).some(({ status }) => status === 429)).toBe(false);
    expect(answers[0]?.headers.get("ratelimit-policy")).toBe(`"${policy}";q=60;w=60`);
    expect(limited(answers[60] as Answer)).toEqual([429, "rate_limited"]);
    expect(Number(answers[60]?.headers.get("retry-after"))).toBeWithin(1, 61);
  }
  expect((await ada.get(`mcp-servers/${id}`)).status).toBe(200);
  expect((await bob.post(`mcp-servers/${id}/test`)).status).toBe(200);
});

test("beginning an authorization asks others as a discovery does, and is counted as one", async () => {
  const app = await testApp();
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: await closedPort(), authType: "direct_auth" });
  const path = `mcp-servers/${id}/oauth/authorize`;

  const begun = await times(61, () => ada.get(path));

  expect(begun[0]?.headers.get("ratelimit-policy")).toBe('"oauth-discovery";q=60;w=60');
  expect(begun.slice(0, 60).map(({ code }) => code)).toEqual(Array.from({ length: 60 }, () => "not_oauth"));
  expect(limited(begun[60] as Answer)).toEqual([429, "rate_limited"]);
  expect((await bob.get(path)).code).toBe("not_oauth");
});

test("signing in is limited to ten an account, unknown ones included, and thirty an address", async () => {
  const app = await testApp();
  const { stranger } = await makePeople(app);
  const signIn = (email: string) =>
    stranger.post("/api/v2/session", { email, password: "not-the-right-one" });

  const oneAccount = await times(11, () => signIn("Nobody@example.com"));
  const otherCase = await signIn(" nobody@EXAMPLE.com");
  const others = await Promise.all(Array.from({ length: 19 }, (_, index) => signIn(`n${index}@example.com`)));

  expect(oneAccount.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429]);
  expect([otherCase.status === 429 || otherCase.status === 422]).toEqual([true]);
  expect(others.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(20);
  expect(limited(await signIn("somebody@example.com"))).toEqual([429, "rate_limited"]);
});

test("RATE_LIMIT=0 turns all of them off", async () => {
  const app = await testApp({ RATE_LIMIT: "0" });
  const { ada, stranger } = await makePeople(app);
  const { id } = await addServer(ada, { url: await closedPort() });

  const answers = [
    ...(await times(61, () => ada.post(`mcp-servers/${id}/test`))),
    ...(await times(12, () =>
      stranger.post("/api/v2/session", { email: "n@example.com", password: "wrong-one" }),
    )),
  ];

  expect(answers.filter(({ status }) => status === 429)).toEqual([]);
  expect(answers.filter(({ headers }) => headers.has("ratelimit"))).toEqual([]);
});
