import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { formIn, type SentForm } from "#src/http/page-form.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { itemNamed, listing } from "#src/pages/catalog/listing.ts";
import { ask, noTurn, statusOfTurn, takeTurn } from "#src/pages/catalog/turn.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import { show } from "#src/pages/show.ts";
import * as catalog from "#src/services/catalog.ts";
import { contentOf } from "#views/catalog/content.ts";
import { fieldOf, PromptPage, type PromptResult } from "#views/catalog/prompt.tsx";
import { PromptsPage } from "#views/catalog/prompts.tsx";
import { isSchema, type Json, type Prompt, promptOf, type Schema, textIn } from "#views/catalog/said.ts";

export const promptsPages = (asking: Asking) =>
  new Elysia({ name: "pages.catalog.prompts", prefix: "/w/:workspace_uuid/servers/:server_id/prompts" })
    .use(asking)

    .get(
      "/",
      async (asked) => {
        const { frame, items, trouble, status } = await listing(asked, {
          fetch: catalog.prompts,
          itemsIn: (said) => said.prompts,
          read: promptOf,
        });
        return show(<PromptsPage {...frame} prompts={items} trouble={trouble} />, { status });
      },
      { member: "apps:read", params: ServerParams },
    )

    .get("/get", (asked) => showPrompt(asked, null), { member: "apps:read", params: ServerParams })

    .post("/get", ({ body, ...asked }) => showPrompt(asked, formIn(body)), {
      member: "apps:read",
      params: ServerParams,
    });

/**
 * @param form - what was filled in; null where nothing was yet
 * @throws {AppError} `not_found` for a prompt that the server does not list
 */
async function showPrompt(asked: Asked, form: SentForm | null): Promise<Response> {
  const { ctx, params, request } = asked;
  const id = idOf(params.server_id);
  const name = new URL(request.url).searchParams.get("name") ?? "";
  const found = await inPlace(ctx, async () =>
    itemNamed((await catalog.prompts(ctx, id)).prompts, name, promptOf),
  );
  const prompt = found.done;
  const turn =
    prompt && form
      ? await takeTurn(
          ctx,
          form,
          (form) => argumentsIn(prompt, form),
          (input) =>
            ask(ctx, input, () =>
              catalog.getPrompt(ctx, id, prompt.name, { arguments: textsIn(input.args), ...input.answers }),
            ),
        )
      : noTurn;
  const trouble = found.trouble ?? turn.trouble;
  return show(
    <PromptPage
      {...await frameOf(asked)}
      prompt={prompt}
      typed={(argument) => textIn(turn.args?.[argument]) ?? form?.text(fieldOf(argument)) ?? ""}
      refused={turn.refused}
      asked={turn.asked}
      trouble={trouble}
      result={turn.done && resultOf(turn.done)}
    />,
    { status: statusOfTurn({ ...turn, trouble }) },
  );
}

/** What was left empty is left out, unless it is needed. */
function argumentsIn(prompt: Prompt, form: SentForm) {
  const typed = prompt.arguments.map(({ name, isRequired }) => ({
    name,
    isRequired,
    text: form.text(fieldOf(name)),
  }));
  const missing = typed.filter(({ isRequired, text }) => isRequired && text === "");
  if (missing.length > 0)
    return {
      ok: false as const,
      errors: Object.fromEntries(missing.map(({ name }) => [fieldOf(name), "This is needed."])),
    };
  const given = typed.filter(({ text }) => text !== "");
  return {
    ok: true as const,
    value: Object.fromEntries(given.map(({ name, text }): [string, string] => [name, text])),
  };
}

/** A prompt's arguments are texts, also those that came back with the answers to a question. */
const textsIn = (args: Schema): Record<string, string> =>
  Object.fromEntries(
    Object.entries(args).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );

const resultOf = ({ description, messages }: { description?: string; messages: Json[] }): PromptResult => ({
  description: description ?? null,
  messages: messages.filter(isSchema).map(({ role, content }) => ({
    role: textIn(role) ?? "somebody",
    contents: (Array.isArray(content) ? content : [content ?? null]).map(contentOf),
  })),
});
