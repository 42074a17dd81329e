import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type AskPrometheus, prometheusAt } from "../../commands/prometheus";

/** What an instant query or the list of alerts is answered with. */
export interface Answers {
  /** The value of an expression, as Prometheus writes numbers; undefined for an empty vector. */
  readonly value?: (query: string, time: string | null) => string | undefined;
  readonly alerts?: () => readonly object[];
}

/** An alert as Prometheus lists it. */
export const alertOf = (alertname: string, service: string, more: Readonly<Record<string, string>> = {}) => {
  const { state = "firing", summary = `${service} uses up its error budget`, ...labels } = more;
  return {
    labels: { alertname, namespace: "pmcrm", service, severity: "critical", ...labels },
    annotations: { description: "In the last 1h, 3% did not do so.", summary },
    state,
    activeAt: "2027-01-01T00:00:12.345678901Z",
    value: "3.1e-02",
  };
};

/**
 * A server that answers like Prometheus.
 * {@link https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats}
 */
export async function fakePrometheus({ value = () => undefined, alerts = () => [] }: Answers) {
  const queries: { readonly query: string; readonly time: string | null }[] = [];
  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://prometheus");
    const say = (status: number, body: object) =>
      answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (pathname === "/api/v1/alerts") return say(200, { status: "success", data: { alerts: alerts() } });
    if (pathname !== "/api/v1/query") return answer.writeHead(404).end("404 page not found\n");
    const [query, time] = [searchParams.get("query") ?? "", searchParams.get("time")];
    queries.push({ query, time });
    const error = 'invalid parameter "query": 1:5: parse error: unexpected end of input';
    if (query.endsWith("[")) return say(400, { status: "error", errorType: "bad_data", error });
    const found = value(query, time);
    const result = found === undefined ? [] : [{ metric: {}, value: [1798761612.345, found] }];
    return say(200, {
      status: "success",
      data: { resultType: "vector", result },
      infos: ['PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "x" (1:6)'],
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask: AskPrometheus = (use) => use(prometheusAt(`http://127.0.0.1:${port}`));
  return { ask, port, queries, stop: () => void server.close() };
}
