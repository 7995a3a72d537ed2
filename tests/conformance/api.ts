import type { Access } from "#tests/conformance/subject.ts";

type Detail = { code: string; message: string; authorizeUrl?: string; issuer?: string; rule?: string };

/** An error of our API. */
export class Refused extends Error {
  override name = "Refused";
  readonly detail: Detail;

  constructor(status: number, detail: Detail) {
    super(`${status} ${detail.code}: ${detail.message}`);
    this.detail = detail;
  }
}

/** The workspace's servers by our REST API, as a program with a key uses it. @throws {Refused} */
export async function ask<T>(access: Access, method: string, path: string, body?: object): Promise<T> {
  const { origin, workspaceUuid, key } = access;
  const response = await fetch(`${origin}/api/v2/w/${workspaceUuid}/mcp-servers${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answerOf(response)) as T;
}

/** @throws {Refused} for every status that is no success */
export async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  const { detail } = (await response.json()) as { detail: Detail };
  throw new Refused(response.status, detail);
}
