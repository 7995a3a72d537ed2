import { describe, expect, test } from "bun:test";
import * as serverRows from "#src/db/servers.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob } = await makePeople(app);
const asAda = browse(app, (await ada.signedIn()).cookie);
const asBob = browse(app, (await bob.signedIn()).cookie);
const list = `/w/${ada.workspaceId}/servers`;
const clientSecret = "client-secret-never-shown";

type Made = { id: number };
let made = 0;

async function addServer(authType: "oauth" | "api_key" | "direct_auth" = "direct_auth") {
  made += 1;
  const url = `https://server-${made}.example.com/mcp`;
  const { id } = (
    await ada.post<Made>("mcp-servers", { url, name: `Server ${made}`, discover: false, authType })
  ).body;
  const read = async () => (await ada.get<Record<string, unknown>>(`mcp-servers/${id}`)).body;
  return { id, url, name: `Server ${made}`, path: `${list}/${id}/settings`, read };
}

const oauthFields = {
  "oauth.clientId": "the-client",
  "oauth.clientSecret": clientSecret,
  "oauth.tokenEndpointAuthMethod": "client_secret_post",
  "oauth.scopes": " read  write ",
  "oauth.scopeCeiling": "",
  "oauth.authorizationParameters": "audience=https://api.example.com\nprompt = consent",
  "oauth.tokenParameters": "",
  "oauth.sendResource": "on",
};

describe("what everybody sees of a server", () => {
  test("is changed, and said to be", async () => {
    const { path, url, read } = await addServer();

    const seen = await asAda.post(path, {
      name: "Renamed",
      description: " For all ",
      url,
      authType: "direct_auth",
    });

    expect([seen.status, seen.location, seen.cookies["sy_notice"]]).toEqual([303, path, "server_updated"]);
    expect(await read()).toMatchObject({ name: "Renamed", description: "For all" });
  });

  test("at another origin is set up anew, which is said", async () => {
    const { path, name } = await addServer();

    const seen = await asAda.post(path, {
      name,
      description: "",
      url: "https://moved.example.com/mcp",
      authType: "direct_auth",
    });

    expect(seen.cookies["sy_notice"]).toBe("set_up_again");
  });

  test("keeps what was typed where it is refused", async () => {
    const { path } = await addServer();

    const seen = await asAda.post(path, {
      name: "Typed <name>",
      description: "Typed description",
      url: "not a url",
      authType: "direct_auth",
    });

    expect(seen.status).toBe(422);
    expect(seen.html).toContain('value="Typed &lt;name>"');
    expect(seen.html).toContain(">Typed description</textarea>");
    expect(seen.html).toContain('value="not a url"');
  });
});

describe("the OAuth switches", () => {
  test("are set by an admin, in one form", async () => {
    const { path, read } = await addServer("oauth");

    await asAda.post(`${path}/oauth`, oauthFields);

    expect((await read())["oauth"]).toMatchObject({
      clientId: "the-client",
      tokenEndpointAuthMethod: "client_secret_post",
      scopes: ["read", "write"],
      authorizationParameters: { audience: "https://api.example.com", prompt: "consent" },
      hasClientSecret: true,
    });
  });

  test("keep a secret that is left blank, and never show it", async () => {
    const { path, read } = await addServer("oauth");
    await asAda.post(`${path}/oauth`, oauthFields);

    await asAda.post(`${path}/oauth`, { ...oauthFields, "oauth.clientSecret": "", "oauth.scopes": "" });
    const { html } = await asAda.get(path);

    expect((await read())["oauth"]).toMatchObject({ hasClientSecret: true, scopes: null });
    expect(html).toContain("One is kept. Leave this empty to keep it.");
    expect(html).not.toContain(clientSecret);
  });

  test("forget a secret on purpose, and send no resource where the box is empty", async () => {
    const { path, read } = await addServer("oauth");
    await asAda.post(`${path}/oauth`, oauthFields);
    const { "oauth.sendResource": _, ...withoutResource } = oauthFields;

    await asAda.post(`${path}/oauth`, {
      ...withoutResource,
      "oauth.clientSecret": "",
      "oauth.forgetSecret": "on",
    });

    expect((await read())["oauth"]).toMatchObject({ hasClientSecret: false, sendResource: false });
  });

  test("name the redirect URI to register", async () => {
    const { path, read } = await addServer("oauth");

    const { html } = await asAda.get(path);

    expect(html).toContain(`/api/v2/oauth/callback/${String((await read())["appUuid"])}"`);
  });

  test("are refused in the field that is wrong, without the secret coming back", async () => {
    const { path } = await addServer("oauth");

    const seen = await asAda.post(`${path}/oauth`, {
      ...oauthFields,
      "oauth.authorizationParameters": "no equals sign",
    });

    expect(seen.status).toBe(422);
    expect(seen.html).toContain("Write one parameter per line, as name=value.");
    expect(seen.html).toContain(">no equals sign</textarea>");
    expect(seen.html).not.toContain(clientSecret);
  });

  test("are not a member's to see or to set", async () => {
    const { path, read } = await addServer("oauth");

    const seen = await asBob.get(path);

    expect(seen.html).not.toContain("oauth.clientId");
    expect((await asBob.post(`${path}/oauth`, oauthFields)).status).toBe(403);
    expect((await read())["oauth"]).toMatchObject({ hasClientSecret: false });
  });
});

test("what is wrong with one entry of several is told at the field that holds them", async () => {
  const { path } = await addServer("oauth");

  const seen = await asAda.post(`${path}/oauth`, {
    ...oauthFields,
    "oauth.scopes": 'read quo"te',
    "oauth.authorizationParameters": "audience=https://api.example.com\nstate=mine",
  });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain("We set state ourselves.");
  expect(seen.html).toContain("A scope is printable ASCII");
});

test("the header that carries a key is an admin's to name", async () => {
  const { path, read } = await addServer("api_key");

  await asAda.post(`${path}/header`, { "header.name": "X-API-Key", "header.prefix": "" });
  const refused = await asAda.post(`${path}/header`, {
    "header.name": "Content-Length",
    "header.prefix": "",
  });

  expect((await read())["header"]).toEqual({ name: "X-API-Key", prefix: "" });
  expect(refused.status).toBe(422);
  expect(refused.html).toContain("This header is set by the protocol.");
});

test("who may use it is an admin's to say, and those who lose it are named nowhere", async () => {
  const { id, path } = await addServer();

  const seen = await asAda.post(`${path}/access`, { access: "restricted", memberIds: String(bob.memberId) });
  const chosen = await asAda.get(path);
  const stranger = await asAda.post(`${path}/access`, { access: "restricted", memberIds: "999999" });
  const bobs = await asBob.post(`${path}/access`, { access: "everyone" });

  expect(seen.cookies["sy_notice"]).toBe("access_changed");
  expect(chosen.html).toContain(`name="memberIds" value="${bob.memberId}" checked`);
  expect(stranger.status).toBe(422);
  expect(bobs.status).toBe(403);
  expect((await ada.get<{ access: string }>(`mcp-servers/${id}`)).body.access).toBe("restricted");
});

test("clearing the registration says what it forgets", async () => {
  const { id, path } = await addServer("oauth");

  const before = await asAda.get(path);
  const seen = await asAda.post(`${list}/${id}/clear`);

  expect(before.html).toContain("The client that an admin entered is forgotten as well.");
  expect(seen.cookies["sy_notice"]).toBe("registration_cleared");
});

test("a client that somebody registered by hand is asked for where nothing else is missing", async () => {
  const { id } = await addServer("oauth");
  const page = `${list}/${id}`;

  const asked = await asAda.get(`${page}?step=register`);
  const missing = await asAda.post(`${page}/client`, { clientId: " " });
  const given = await asAda.post(`${page}/client`, { clientId: "by-hand", clientSecret });

  expect(asked.html).toContain("Redirect URI");
  expect(missing.status).toBe(422);
  expect(given.headers.get("refresh")).toContain(`/mcp-servers/${id}/oauth/authorize`);
  expect(given.html).not.toContain(clientSecret);
});

describe("a server that names another sign-in than before", () => {
  const [old, other] = ["https://old.example.com", "https://new.example.com"];

  async function addMoved() {
    const added = await addServer("oauth");
    const { db } = app.deps;
    const row = { state: "READY", enabled: true, issuer: old, otherIssuer: other } as const;
    await serverRows.update(db, ada.workspaceId, added.id, row);
    return added;
  }

  test("is paused for all, and asks its admins", async () => {
    const { id, path } = await addMoved();

    const [settings, adas, bobs] = [
      await asAda.get(path),
      await asAda.get(`${list}/${id}`),
      await asBob.get(`${list}/${id}`),
    ];

    expect(settings.html).toContain(old);
    expect(settings.html).toContain(other);
    expect(adas.html).toContain("names another sign-in than before");
    expect(bobs.html).toContain("Paused until an admin has looked");
    expect(bobs.html).not.toContain(other);
  });

  test("is moved elsewhere by admins alone meanwhile, which a member is told in the form", async () => {
    const { path, name, read } = await addMoved();
    const elsewhere = { name, description: "", url: "https://elsewhere.example.com/mcp", authType: "oauth" };
    const before = await read();

    const seen = await asBob.post(path, elsewhere);

    expect(seen.status).toBe(403);
    expect(seen.html).toContain("Until an admin has looked at that, only admins change where it is");
    expect(seen.html).toContain("https://elsewhere.example.com/mcp");
    expect(await read()).toEqual(before);
  });

  test("goes on with the new one once an admin accepts it", async () => {
    const { path, read } = await addMoved();

    const bobs = await asBob.post(`${path}/issuer`, { issuer: other });
    const seen = await asAda.post(`${path}/issuer`, { issuer: other });

    expect(bobs.status).toBe(403);
    expect(seen.cookies["sy_notice"]).toBe("authorize_again");
    expect((await read())["oauth"]).toMatchObject({ issuer: other, otherIssuer: null });
  });
});
