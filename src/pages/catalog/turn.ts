import { statusOf } from "#src/http/errors.ts";
import type { SentForm } from "#src/http/page-form.ts";
import { isSchema, type Json, type Schema } from "#src/lib/json-schema-form.ts";
import { answersIn, questionsIn } from "#src/pages/catalog/questions.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import type { InputRequired } from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Asked } from "#views/catalog/questions.tsx";
import type { Refused } from "#views/components/form.tsx";
import type { Trouble } from "#views/servers/trouble.tsx";

/*
 * Asking a server for something that it may answer with questions (MCP 2026-07-28, multi round-trip requests): the same
 * for tools, prompts and resources. Nothing is kept from one turn to the next; what it takes to go on travels with the
 * form.
 */

/** What a server is asked for. */
export type Input = {
  args: Schema;
  answers: { inputResponses?: Record<string, Json>; requestState?: string };
  /** The questions that are answered here; null where it is the first turn. */
  asked: Asked | null;
};

/** How far one turn came: the answer, questions, what is wrong with the form, or what was in the way. */
export type Turn<T> = {
  /** Null where they could not be read. */
  args: Schema | null;
  done: T | null;
  /** How long the server took. */
  ms: number;
  /** It answers what was sent before: nobody was asked again. */
  isRepeat: boolean;
  asked: Asked | null;
  refused: Refused;
  trouble: Trouble | null;
};

export const noTurn: Turn<never> = {
  args: null,
  done: null,
  ms: 0,
  isRepeat: false,
  asked: null,
  refused: null,
  trouble: null,
};

export const statusOfTurn = ({ refused, trouble }: Pick<Turn<unknown>, "refused" | "trouble">): number =>
  refused ? 422 : trouble ? statusOf[trouble.code] : 200;

type ReadArguments = { ok: true; value: Schema } | { ok: false; errors: Record<string, string> };

/**
 * Takes up what a form brings: the first question to a server, or the answers to what it asked back.
 *
 * @param read - the arguments in the form of a first turn
 * @param ask - mostly {@link ask}
 */
export async function takeTurn<T>(
  { requestId }: Ctx,
  form: SentForm,
  read: (form: SentForm) => ReadArguments,
  ask: (input: Input) => Promise<Turn<T>>,
): Promise<Turn<T>> {
  if (form.has("requests")) return goOn(form, ask, requestId);
  const args = read(form);
  return args.ok
    ? ask({ args: args.value, answers: {}, asked: null })
    : { ...noTurn, refused: { message: null, fields: args.errors, requestId } };
}

async function goOn<T>(
  form: SentForm,
  ask: (input: Input) => Promise<Turn<T>>,
  requestId: string,
): Promise<Turn<T>> {
  const questions = questionsIn(objectIn(form.text("requests")));
  const args = objectIn(form.text("arguments"));
  const asked: Asked = {
    questions,
    typed: (name) => form.all(name),
    requests: form.text("requests"),
    state: form.has("requestState") ? stateIn(form.text("requestState")) : null,
    arguments: form.text("arguments"),
  };
  const answers = answersIn(questions, form);
  if (!answers.ok)
    return { ...noTurn, args, asked, refused: { message: null, fields: answers.errors, requestId } };
  const state = asked.state === null ? {} : { requestState: asked.state };
  return ask({ args, answers: { inputResponses: answers.responses, ...state }, asked });
}

/** Asks, and makes questions for a person of what the server asks back. */
export async function ask<T extends object>(
  ctx: Ctx,
  { args }: Input,
  work: () => Promise<T | InputRequired>,
): Promise<Turn<T>> {
  const began = performance.now();
  const { done, trouble } = await inPlace(ctx, work);
  const turn = { ...noTurn, args, ms: performance.now() - began, trouble };
  if (done === null) return turn;
  if (!isQuestion(done)) return { ...turn, done };
  const { inputRequests, requestState } = done.inputRequired;
  const asked: Asked = {
    questions: questionsIn(inputRequests),
    typed: null,
    requests: JSON.stringify(inputRequests),
    state: requestState ?? null,
    arguments: JSON.stringify(args),
  };
  return { ...turn, asked };
}

const isQuestion = (answer: object): answer is InputRequired => "inputRequired" in answer;

/** What we wrote into a hidden field ourselves; whoever changed it gets what they made of it. */
function objectIn(text: string): Schema {
  const value = jsonIn(text);
  return isSchema(value) ? value : {};
}

/** A state goes back letter by letter, and a field that holds a line break would not be sent so. */
function stateIn(text: string): string {
  const value = jsonIn(text);
  return typeof value === "string" ? value : "";
}

function jsonIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
