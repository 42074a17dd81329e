import { setTimeout } from "node:timers/promises";
import { Refused } from "../refused";
import { accessToken } from "./credentials";

/** An object's content, with the number of its version. */
export interface Content {
  readonly text: string;
  readonly generation: string;
}

/** A bucket in Cloud Storage. Every function throws Refused if Google does not do what it is asked. */
export interface Bucket {
  /** Names of the objects that begin with a prefix. */
  list(prefix: string): Promise<string[]>;
  /** An object; undefined if there is none. */
  read(name: string): Promise<Content | undefined>;
  /** Creates an object. There must be none of this name. */
  create(name: string, text: string): Promise<void>;
  /** Deletes a version of an object, if it is the current one. */
  remove(name: string, generation: string): Promise<void>;
}

/** Milliseconds before each further attempt. {@link https://cloud.google.com/storage/docs/retry-strategy} */
const WAITS = [250, 1000, 4000];
/** Statuses after which a request is sent again. */
const isRepeated = (status: number): boolean => status === 408 || status === 429 || status >= 500;

const ENDPOINT = "https://storage.googleapis.com/storage/v1/";

/**
 * A bucket, with the credentials that Terraform uses.
 * {@link https://cloud.google.com/storage/docs/json_api/v1/objects}
 * @param remedyOf what to do about an error, by its status
 */
export function bucketOf(name: string, remedyOf: (status: number) => string): Bucket {
  const endpoint = process.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT ?? ENDPOINT;
  const objects = `b/${name}/o`;
  let token: Promise<string> | undefined;

  async function send(url: URL, { method, body }: RequestInit): Promise<Response> {
    token ??= accessToken();
    const headers = { authorization: `Bearer ${await token}`, "content-type": "application/json" };
    return fetch(url, { method, headers, body });
  }

  /** Sends a request, and sends it again while Google cannot be reached or asks for that. */
  async function patiently(url: URL, request: RequestInit): Promise<{ response: Response; repeated: boolean }> {
    let isRenewed = false;
    for (let repeated = 0; ; ) {
      const answer = await send(url, request).catch((error: Error) => error);
      if (answer instanceof Response && answer.status === 401 && !isRenewed) {
        isRenewed = true;
        token = undefined; // it ends after an hour, which an apply or a walk can take
        continue;
      }
      const isWorth = answer instanceof Response ? isRepeated(answer.status) : answer instanceof TypeError; // of fetch
      const wait = WAITS[repeated];
      if (isWorth && wait !== undefined) {
        await setTimeout(wait);
        repeated += 1;
      } else if (answer instanceof Response) return { response: answer, repeated: repeated > 0 };
      else if (!isWorth) throw answer;
      else
        throw new Refused(
          `gs://${name} cannot be reached: ${(answer.cause as Error | undefined)?.message ?? answer.message}\n${remedyOf(0)}`,
        );
    }
  }

  async function ask(path: string, query: Record<string, string>, { method = "GET", body }: RequestInit = {}) {
    const url = new URL(path, endpoint);
    url.search = String(new URLSearchParams(query));
    const { response, repeated } = await patiently(url, { method, body });
    if (response.ok) return response;
    const { status, statusText } = response;
    const said = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
    if (method === "GET" && status === 404 && path !== objects) return undefined;
    // An answer that got lost: an earlier attempt has created or removed the object.
    if (repeated && ((method === "POST" && status === 412) || (method === "DELETE" && status === 404)))
      return undefined;
    throw new Refused(
      `gs://${name} cannot be used: ${status} ${said.error?.message ?? statusText}\n${remedyOf(status)}`,
    );
  }
  const at = (object: string) => `${objects}/${encodeURIComponent(object)}`;

  return {
    async list(prefix) {
      const found: string[] = [];
      for (let pageToken = ""; ; ) {
        const answer = await ask(objects, { prefix, ...(pageToken && { pageToken }) });
        const { items = [], nextPageToken } = (await (answer as Response).json()) as {
          items?: { name: string }[];
          nextPageToken?: string;
        };
        found.push(...items.map((item) => item.name));
        if (!nextPageToken) return found;
        pageToken = nextPageToken;
      }
    },
    async read(object) {
      const answer = await ask(at(object), { alt: "media" });
      return answer && { text: await answer.text(), generation: answer.headers.get("x-goog-generation") ?? "" };
    },
    async create(object, body) {
      const query = { uploadType: "media", name: object, ifGenerationMatch: "0" };
      await ask(`/upload/storage/v1/${objects}`, query, { method: "POST", body });
    },
    async remove(object, generation) {
      await ask(at(object), { ifGenerationMatch: generation }, { method: "DELETE" });
    },
  };
}
