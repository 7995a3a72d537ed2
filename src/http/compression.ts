import { Elysia } from "elysia";
import { urlOf } from "#src/http/request.ts";

/** Less gains nothing over the headers that it takes. */
const minBytes = 1_024;
const types = /^(?:text\/(?:html|css|javascript|plain)|application\/(?:json|problem\+json))(?:;|$)/;

type Bytes = Uint8Array<ArrayBuffer>;
const codings = {
  // Half as large as gzip for a third of its time, where a browser takes it.
  zstd: (bytes: Bytes) => new Uint8Array(Bun.zstdCompressSync(bytes, { level: 3 })),
  gzip: (bytes: Bytes) => Bun.gzipSync(bytes, { level: 6 }),
};
type Coding = keyof typeof codings;
const preferred: Coding[] = ["zstd", "gzip"];

/** Of what is the same for everybody and does not change as long as we run: styles, scripts, the documentation's. */
const kept = new Map<string, Bytes>();

/** Sends pages and files compressed. What other hooks make of an answer they compress themselves: only one is asked. */
export const compression = new Elysia({ name: "http.compression" }).mapResponse(
  { as: "global" },
  async ({ request, responseValue }) =>
    responseValue instanceof Response ? compressed(request, responseValue) : undefined,
);

/**
 * The same answer, compressed for whoever takes it so (RFC 9110 §8.4.1, §12.5.3); twice is the same as once. Not what says
 * `no-transform`, nor what another site's page made a browser ask for: who reads lengths on the wire and chooses a part of
 * what is sent could find out the rest (BREACH).
 */
export async function compressed(request: Request, response: Response): Promise<Response> {
  if (!isText(response)) return response;
  const { status, headers } = response;
  if (!headers.get("vary")?.includes("Accept-Encoding")) headers.append("vary", "Accept-Encoding");
  const coding = isOfOthers(request) ? null : codingFor(request.headers.get("accept-encoding"));
  if (coding === null) return response;

  const isPublic = headers.get("cache-control")?.startsWith("public") ?? false;
  const key = `${coding} ${urlOf(request).pathname}`;
  const known = isPublic ? kept.get(key) : undefined;
  const bytes = known ?? new Uint8Array(await response.arrayBuffer());
  if (bytes.length < minBytes) return new Response(bytes, { status, headers });
  const packed = known ?? codings[coding](bytes);
  if (isPublic) kept.set(key, packed);
  headers.set("content-encoding", coding);
  return new Response(packed, { status, headers });
}

/** Whole text that may be changed on its way: a stream of events is neither whole nor may it wait. */
function isText({ body, headers }: Response): boolean {
  return (
    body !== null &&
    types.test(headers.get("content-type") ?? "") &&
    !headers.has("content-encoding") &&
    !(headers.get("cache-control") ?? "").includes("no-transform")
  );
}

const isOfOthers = ({ headers }: Request): boolean =>
  ["cross-site", "same-site"].includes(headers.get("sec-fetch-site") ?? "");

/** The one we like best of those that the client does; `q=0` refuses one, and `*` stands for those that are not named. */
export function codingFor(acceptEncoding: string | null): Coding | null {
  const accepted = new Map(
    (acceptEncoding ?? "").split(",").map((part) => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
      const quality = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
      return [name, Number(quality) > 0];
    }),
  );
  return preferred.find((coding) => accepted.get(coding) ?? accepted.get("*") ?? false) ?? null;
}
