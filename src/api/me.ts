import { Elysia } from "elysia";
import { meExample } from "#src/api/people-examples.ts";
import { Me } from "#src/api/people-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { describe } from "#src/services/accounts.ts";

export const meApi = (asking: Asking) =>
  new Elysia({ name: "api.me", prefix: "/api/v2/me" }).use(asking).get("/", ({ ctx }) => describe(ctx), {
    account: "any",
    ...documented({
      id: "getMe",
      tag: "Session",
      access: "any key or session",
      summary: "See who you are, and what you may do where.",
      description: "A key sees the workspace that it works in, and what it may do there.",
      answer: { schema: Me },
      example: meExample,
    }),
  });
