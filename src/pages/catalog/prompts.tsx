import { Elysia } from "elysia";
import { notFound } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { statusOf } from "#src/http/errors.ts";
import { formIn, SentForm } from "#src/http/page-form.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { listed, wantedIn } from "#src/pages/catalog/listing.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import { show } from "#src/pages/show.ts";
import * as catalog from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import { contentOf } from "#views/catalog/content.ts";
import { fieldOf, PromptPage, type PromptResult } from "#views/catalog/prompt.tsx";
import { PromptsPage } from "#views/catalog/prompts.tsx";
import { isSchema, type Json, type Prompt, promptOf, textIn } from "#views/catalog/said.ts";

export const promptsPages = (asking: Asking) =>
  new Elysia({ name: "pages.catalog.prompts", prefix: "/w/:workspace_uuid/servers/:server_id/prompts" })
    .use(asking)

    .get(
      "/",
      async (asked) => {
        const { ctx, params, request } = asked;
        const { done, trouble, status } = await inPlace(ctx, () =>
          catalog.prompts(ctx, idOf(params.server_id)),
        );
        const prompts =
          done &&
          listed(
            done.prompts,
            { read: promptOf, textOf: ({ name }) => name },
            { ...wantedIn(request), q: "", isTruncated: done.truncated ?? false },
          );
        return show(<PromptsPage {...await frameOf(asked)} prompts={prompts} trouble={trouble} />, {
          status,
        });
      },
      { member: "apps:read", params: ServerParams },
    )

    .get("/get", (asked) => showPrompt(asked, null), { member: "apps:read", params: ServerParams })

    .post("/get", ({ body, ...asked }) => showPrompt(asked, formIn(body)), {
      member: "apps:read",
      params: ServerParams,
    });

/** @param form - what was filled in; null where nothing was yet */
async function showPrompt(asked: Asked, form: SentForm | null): Promise<Response> {
  const { ctx, params, request } = asked;
  const id = idOf(params.server_id);
  const name = new URL(request.url).searchParams.get("name") ?? "";
  const found = await inPlace(ctx, () => promptNamed(ctx, id, name));
  const prompt = found.done;
  const missing = prompt && form ? missingIn(prompt, form) : {};
  const got =
    prompt && form && Object.keys(missing).length === 0
      ? await inPlace(ctx, () => catalog.getPrompt(ctx, id, prompt.name, argumentsIn(prompt, form)))
      : null;
  const trouble = found.trouble ?? got?.trouble ?? null;
  const isRefused = Object.keys(missing).length > 0;
  return show(
    <PromptPage
      {...await frameOf(asked)}
      prompt={prompt}
      typed={(argument) => form?.text(fieldOf(argument)) ?? ""}
      refused={isRefused ? { message: null, fields: missing } : null}
      trouble={trouble}
      result={got?.done ? resultOf(got.done) : null}
    />,
    { status: isRefused ? 422 : trouble ? statusOf[trouble.code] : 200 },
  );
}

/** @throws {AppError} `not_found` for a prompt that the server does not list */
async function promptNamed(ctx: Ctx, serverId: number, name: string): Promise<Prompt> {
  const { prompts } = await catalog.prompts(ctx, serverId);
  const said = prompts.find((one) => one["name"] === name);
  const prompt = said && promptOf(said);
  if (!prompt) throw notFound();
  return prompt;
}

const missingIn = (prompt: Prompt, form: SentForm): Record<string, string> =>
  Object.fromEntries(
    prompt.arguments
      .filter(({ name, isRequired }) => isRequired && form.text(fieldOf(name)) === "")
      .map(({ name }) => [fieldOf(name), "This is needed."]),
  );

const argumentsIn = (prompt: Prompt, form: SentForm): Record<string, string> =>
  Object.fromEntries(
    prompt.arguments
      .map(({ name }): [string, string] => [name, form.text(fieldOf(name))])
      .filter(([, value]) => value !== ""),
  );

const resultOf = ({ description, messages }: { description?: string; messages: Json[] }): PromptResult => ({
  description: description ?? null,
  messages: messages.filter(isSchema).map(({ role, content }) => ({
    role: textIn(role) ?? "somebody",
    contents: (Array.isArray(content) ? content : [content ?? null]).map(contentOf),
  })),
});
