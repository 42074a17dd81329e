import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  text(): Promise<string>;
}

/** Seconds that a server has to answer. */
const PATIENCE = 30;

/** Sends a request and reads the answer. It follows no redirect. @throws if there is no answer */
export async function get(url: URL, options: https.RequestOptions = {}): Promise<Answer> {
  const { request } = url.protocol === "https:" ? https : http;
  const sent = request(url, { signal: AbortSignal.timeout(PATIENCE * 1000), ...options }).end();
  const [answer] = (await once(sent, "response")) as [http.IncomingMessage];
  const body = await text(answer);
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return { status: answer.statusCode as number, headers: new Headers(headers), text: async () => body };
}
