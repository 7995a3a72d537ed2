import { addServer } from "#tests/conformance/member.ts";
import { type Context, storyOf } from "#tests/conformance/stories.ts";
import type { Access } from "#tests/conformance/subject.ts";

/*
 * The "client under test" of the conformance suite: Switchyard, used by a member through its REST API and a browser. The
 * suite gives the URL of its server as the last argument, and the rest in the environment.
 *
 * Where a story ends otherwise than it should, this ends with status 1, refusals that a scenario is about included. The
 * server is always deleted: the suite waits for connections that stay open.
 */

const access = JSON.parse(process.env["SWITCHYARD_ACCESS"] ?? "") as Access;
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Context;
const url = process.argv.at(-1) ?? "";

const { client_id: clientId, client_secret: clientSecret } = context;
const member = await addServer(access, url, clientId ? { clientId, clientSecret } : undefined);
try {
  await storyOf(scenario)(member, context);
} finally {
  await member.remove();
}
