import type { Kubectl } from "../cluster-jobs";
import type { Answer } from "../http";

/** What checks need of the world outside. */
export interface Outside {
  fetch(url: string): Promise<Answer>;
  /** The same, of a Service that no route may lead to. */
  fetchFrom(service: string, url: string): Promise<Answer>;
  /**
   * Until when the certificate is valid that a host presents.
   * @param trusted whether browsers must trust it
   * @throws if it is not valid for the host
   */
  certificate(host: string, trusted: boolean): Promise<Date>;
  readonly kubectl: Kubectl;
  wait(seconds: number): Promise<void>;
}

/** The result of a check. A manual step has none until a person does it. */
export interface Checked {
  readonly name: string;
  readonly result: "ok" | "FAIL" | "todo";
  readonly why: string;
  /** Whether it is about the candidate, which decides nothing about the stable release. */
  readonly ofCandidate?: boolean;
}

/** Does a check. It says what it has found, and throws what is wrong. */
export async function tried(name: string, check: () => Promise<string>): Promise<Checked> {
  try {
    return { name, result: "ok", why: await check() };
  } catch (error) {
    return { name, result: "FAIL", why: (error as Error).message.trim() };
  }
}

/** Sends a request. @throws if there is no answer, with the reason */
export const answerOf = (url: string, { fetch }: Pick<Outside, "fetch">): Promise<Answer> =>
  fetch(url).catch((error: Error) => {
    throw new Error(`${url} does not answer: ${error.message}`);
  });

/** @throws unless an answer has these headers, with these values */
export function expectHeaders(url: string, { headers }: Answer, expected: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(expected).flatMap(([name, value]) => {
    const there = headers.get(name);
    if (there === value) return [];
    return there === null ? `without ${name}` : `with ${name}: ${there}, not ${value}`;
  });
  if (wrong.length) throw new Error(`${url} answers ${wrong.join(" and ")}`);
}
