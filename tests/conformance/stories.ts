import { Refused } from "#tests/conformance/api.ts";
import type { Member } from "#tests/conformance/member.ts";

/** What the suite hands a client besides the server's URL. */
export type Context = {
  client_id?: string;
  client_secret?: string;
  toolCalls?: { name: string; arguments: object }[];
};

/** What a member does in one scenario, and what has to come of it. @throws where that does not come of it */
type Story = (member: Member, context: Context) => Promise<void>;

/** Everything a server offers, asked for once. */
const useEverything: Story = async (member) => {
  await member.connect();
  for (const { name } of await member.tools()) await member.call(name);
  for (const { name } of await member.prompts()) await member.getPrompt(name);
  for (const { uri } of await member.resources()) await member.readResource(uri);
};

const listTools: Story = async (member) => {
  await member.connect();
  await member.tools();
};

/** The server, or its authorization server, breaks a rule: nothing goes there, and whoever asks is told. */
const refusedWith =
  (code: string): Story =>
  async (member, context) => {
    const refusal = await useEverything(member, context).then(
      () => null,
      (failure: unknown) => failure,
    );
    if (!(refusal instanceof Refused) || refusal.detail.code !== code)
      throw new Error(`Expected to be refused with ${code}.`, { cause: refusal });
  };

const stories: Record<string, Story> = {
  initialize: listTools,
  "json-schema-ref-no-deref": listTools,

  tools_call: async (member) => {
    await member.connect();
    await member.tools();
    await member.call("add_numbers", { arguments: { a: 5, b: 3 } });
  },

  /** The server takes every GET for ours: the look for its icon, which began at the set-up, has to be over by the call. */
  "sse-retry": async (member) => {
    await member.connect();
    for (let handshakes = 0; handshakes < 5; handshakes += 1) await member.test();
    await member.call("test_reconnection");
  },

  "http-custom-headers": async (member, { toolCalls = [] }) => {
    await member.connect();
    await member.tools();
    for (const { name, arguments: args } of toolCalls) await member.call(name, { arguments: args });
  },

  /** What a member sees of a schema is what the server said. */
  "json-schema-2020-12-preservation": async (member) => {
    await member.connect();
    const focal = (await member.tools()).find(({ name }) => name === "json_schema_2020_12_tool");
    await member.call("json_schema_echo", { arguments: { schema: focal?.inputSchema } });
  },

  /** Another tool is called between a question and its answer, which must know nothing of either. */
  "sep-2322-client-request-state": async (member) => {
    await member.connect();
    await member.tools();
    for (const tool of ["test_mrtr_echo_state", "test_mrtr_no_state"]) {
      const { inputRequired } = await member.call(tool);
      if (!inputRequired) throw new Error(`${tool} asked for nothing.`);
      const { inputRequests, requestState } = inputRequired;
      await member.call("test_mrtr_unrelated");
      const answers = Object.keys(inputRequests).map((key) => [
        key,
        { action: "accept", content: { confirmed: true } },
      ]);
      await member.call(tool, {
        inputResponses: Object.fromEntries(answers),
        ...(requestState === undefined ? {} : { requestState }),
      });
    }
    await member.call("test_mrtr_no_result_type");
  },

  /** The member is stopped before anything goes to the new authorization server; an admin, asked, accepts it. */
  "auth/authorization-server-migration": async (member) => {
    await member.connect();
    const refusal = await (async () => {
      for (let call = 0; call < 3; call += 1) await member.tools();
    })().catch((failure: unknown) => failure);
    if (!(refusal instanceof Refused) || refusal.detail.code !== "issuer_changed")
      throw new Error("Nobody was told of the new issuer.", { cause: refusal });
    await member.acceptIssuer(refusal.detail.issuer ?? "");
    await member.tools();
  },

  "auth/scope-retry-limit": refusedWith("upstream_failed"),
  "auth/resource-mismatch": refusedWith("discovery_failed"),
  "auth/metadata-issuer-mismatch": refusedWith("discovery_failed"),
  "auth/iss-supported-missing": refusedWith("bad_request"),
  "auth/iss-wrong-issuer": refusedWith("bad_request"),
  "auth/iss-unexpected": refusedWith("bad_request"),
  "auth/iss-normalized": refusedWith("bad_request"),
};

export const storyOf = (scenario: string): Story => stories[scenario] ?? useEverything;
