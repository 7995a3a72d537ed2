import { fieldsOf, isSchema, type Json, readForm, type Schema } from "#src/lib/json-schema-form.ts";
import type { SentForm } from "#src/http/page-form.ts";
import type { Question } from "#views/catalog/questions.tsx";
import { textIn } from "#views/catalog/said.ts";

/*
 * What a server asks back before it answers (MCP 2026-07-28, multi round-trip requests), as questions for a person, and
 * their answers as the protocol wants them.
 */

/** @param requests - by a name that the server gave each */
export const questionsIn = (requests: Schema): Question[] =>
  Object.entries(requests).map(([key, request], index) => {
    const { method, params } = isSchema(request) ? request : {};
    const asked = isSchema(params) ? params : {};
    return {
      key,
      message: textIn(asked["message"]) ?? "",
      jsonName: `answer-${index}/json`,
      ask: askIn(textIn(method) ?? "something", asked, `answer-${index}`),
    };
  });

function askIn(method: string, params: Schema, prefix: string): Question["ask"] {
  if (method !== "elicitation/create") return { kind: "json", method };
  const url = params["mode"] === "url" ? textIn(params["url"]) : null;
  if (url !== null) return { kind: "url", url };
  const fields = fieldsOf(params["requestedSchema"] ?? { type: "object" }, prefix);
  return fields ? { kind: "form", fields } : { kind: "json", method };
}

type Answers = { ok: true; responses: Record<string, Json> } | { ok: false; errors: Record<string, string> };

/** What was typed, or that the person declines. */
export function answersIn(questions: Question[], form: SentForm): Answers {
  const isDeclined = form.text("action") === "decline";
  const errors: Record<string, string> = {};
  const responses = questions.map(({ key, ask, jsonName }): [string, Json] => {
    if (ask.kind === "json")
      return [key, isDeclined ? { action: "decline" } : jsonIn(form, jsonName, errors)];
    if (isDeclined) return [key, { action: "decline" }];
    if (ask.kind === "url") return [key, { action: "accept" }];
    const read = readForm(ask.fields, form);
    if (!read.ok) Object.assign(errors, read.errors);
    return [key, { action: "accept", content: read.ok ? read.value : {} }];
  });
  return Object.keys(errors).length > 0
    ? { ok: false, errors }
    : { ok: true, responses: Object.fromEntries(responses) };
}

function jsonIn(form: SentForm, name: string, errors: Record<string, string>): Json {
  try {
    return JSON.parse(form.text(name)) as Json;
  } catch {
    errors[name] = "This is not valid JSON.";
    return null;
  }
}
