import type http from "node:http";
import { ApiError, errorAnswer, notFound, precondition, unauthenticated } from "./api-error";
import type { Body } from "./body";
import type { Cloud } from "./cloud";
import type { Faults } from "./faults";
import type { Caller } from "./tokens";

/** A request about an object's content, which is no JSON. */
interface Asked {
  readonly cloud: Cloud;
  readonly faults: Faults;
  /** Whose token came with it; nobody's if it has ended or was never issued. */
  readonly caller: Caller | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The call's name in the log. */
  readonly label: string;
}

const UPLOAD = /^\/upload\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/;
/** The XML API, which Google's clients read with: https://cloud.google.com/storage/docs/request-endpoints */
const READ = /^\/(?<bucket>[^/]+)\/(?<object>.+)$/;
/** The JSON API, with `alt=media`: https://cloud.google.com/storage/docs/json_api/v1/objects/get */
const MEDIA = /^\/storage\/storage\/v1\/b\/(?<bucket>[^/]+)\/o\/(?<object>[^/]+)$/;

/** Answers a request that writes or reads the content of a Cloud Storage object; undefined if it is about something else. */
export function answerObject(asked: Asked): Answer | undefined {
  const { cloud, method, url } = asked;
  const { pathname, searchParams: query } = new URL(url, "http://fake");
  const upload = method === "POST" ? UPLOAD.exec(pathname)?.groups : undefined;
  const form = query.get("alt") === "media" ? MEDIA : READ;
  const read = method === "GET" ? form.exec(pathname)?.groups : undefined;
  const isRead = read && cloud.store.get(`storage/b/${read.bucket}`);
  if (!upload && !isRead) return undefined;
  const bucket = (upload ?? read)?.bucket as string;
  const parts = upload && partsOf(asked);
  const object = parts ? parts.object : decodeURIComponent(read?.object as string);
  const label = `${method} storage b/${bucket}/o/${object}`;
  try {
    if (!asked.caller) throw unauthenticated();
    if (parts && asked.faults.strikes(label)) throw precondition("simulated failure");
    cloud.access.check({
      service: "storage",
      method,
      path: `b/${bucket}/o/${object}`,
      query,
      body: {},
      caller: asked.caller,
      params: {},
    });
    if (!parts) return { code: 200, label, ...readObject(cloud, bucket, object) };
    const written = writeObject(cloud, bucket, object, parts.content, query.get("ifGenerationMatch"));
    return { code: 200, label, headers: { "content-type": "application/json" }, body: JSON.stringify(written) };
  } catch (error) {
    const { code, body } = errorAnswer(error);
    return { code, label, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  }
}

/** The name and the content of what is uploaded: https://cloud.google.com/storage/docs/uploading-objects#multipart */
function partsOf({ headers, text, url }: Asked): { object: string; content: string } {
  const name = new URL(url, "http://fake").searchParams.get("name") ?? "";
  const boundary = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "")?.[1];
  if (!boundary) return { object: name, content: text };
  const [metadata = "{}", content = ""] = text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) =>
      part
        .replace(/^\r?\n/, "")
        .replace(/^[\s\S]*?\r?\n\r?\n/, "")
        .replace(/\r?\n$/, ""),
    );
  return { object: (JSON.parse(metadata) as Body).name ?? name, content };
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/insert */
function writeObject(cloud: Cloud, bucket: string, name: string, content: string, generation: string | null): Body {
  cloud.need(`storage/b/${bucket}`, notFound("The specified bucket does not exist."));
  const key = `storage/b/${bucket}/o/${name}`;
  const before = cloud.store.get(key);
  // https://cloud.google.com/storage/docs/request-preconditions
  if (generation !== null && generation !== (before?.generation ?? "0"))
    throw new ApiError(
      412,
      "FAILED_PRECONDITION",
      "At least one of the pre-conditions you specified did not hold.",
      "conditionNotMet",
    );
  const now = new Date().toISOString();
  cloud.contents.set(key, content);
  return cloud.store.set(key, {
    kind: "storage#object",
    id: `${bucket}/${name}`,
    name,
    bucket,
    generation: String(cloud.next()),
    metageneration: "1",
    contentType: "application/json",
    size: String(Buffer.byteLength(content)),
    timeCreated: now,
    updated: now,
  });
}

function readObject(cloud: Cloud, bucket: string, name: string): Pick<Answer, "headers" | "body"> {
  const key = `storage/b/${bucket}/o/${name}`;
  const { generation, metageneration, contentType } = cloud.need(key, notFound(`No such object: ${bucket}/${name}`));
  return {
    headers: {
      "content-type": contentType,
      "x-goog-generation": generation,
      "x-goog-metageneration": metageneration,
    },
    body: cloud.contents.get(key) ?? "",
  };
}
