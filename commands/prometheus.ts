import { z } from "zod";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import { kubectlEnvironment, kubectlOf } from "./cluster-jobs";
import type { Context } from "./context";
import { get } from "./http";
import { forwarding } from "./port-forward";

/** An alert that is pending or firing. */
export type Alert = z.output<typeof alertSchema>;

/** What is asked of Prometheus. Each call throws if it does not answer. */
export interface Prometheus {
  /** The value of an expression that has one series at most; undefined without a series. It can be NaN. */
  value(expression: string, at?: Date): Promise<number | undefined>;
  /** All alerts that are pending or firing. */
  alerts(): Promise<Alert[]>;
}

/** Asks Prometheus as long as a function runs. */
export type AskPrometheus = <T>(use: (prometheus: Prometheus) => Promise<T>) => Promise<T>;

/** {@link https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview} */
const answerSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("success"), data: z.unknown() }),
  z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() }),
]);
const vectorSchema = z.object({
  resultType: z.literal("vector"),
  result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })).max(1),
});
const texts = z.record(z.string(), z.string());
const alertSchema = z.object({ labels: texts, annotations: texts, state: z.enum(["pending", "firing"]) });
const alertsSchema = z.object({ alerts: z.array(alertSchema) });

/** Prometheus at an address. */
export function prometheusAt(address: string): Prometheus {
  const ask = async <T>(path: string, schema: z.ZodType<T>, query: Readonly<Record<string, string>> = {}) => {
    const url = new URL(`/api/v1/${path}`, address);
    url.search = String(new URLSearchParams(query));
    const answer = await get(url);
    const text = await answer.text();
    const { success, data } = answerSchema.safeParse(parsed(text));
    if (!success) throw new Error(`Prometheus answers ${answer.status}: ${text.trim().slice(0, 200)}`);
    if (data.status === "error") throw new Error(`Prometheus answers ${data.errorType}: ${data.error}`);
    const content = schema.safeParse(data.data);
    if (!content.success) throw new Error(`Prometheus answers what nobody expects: ${text.trim().slice(0, 200)}`);
    return content.data;
  };
  return {
    async value(query, at) {
      const { result } = await ask("query", vectorSchema, { query, ...(at && { time: at.toISOString() }) });
      return result[0] && Number(result[0].value[1]);
    },
    alerts: async () => (await ask("alerts", alertsSchema)).alerts,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Asks an environment's Prometheus through a port that kubectl forwards, a new one for each function, because a connection
 * ends when Prometheus's pod does.
 * @param folder where kubectl's credentials are kept
 */
export function prometheusOf(context: Context, folder: string): AskPrometheus {
  const kubectl = kubectlOf(context, folder);
  const { service, namespace } = PrometheusStack.SERVER;
  return async (use) => {
    await kubectl("get", "service", service, `--namespace=${namespace}`); // gets the credentials
    return forwarding({ ...PrometheusStack.SERVER, env: kubectlEnvironment(folder) }, (port) =>
      use(prometheusAt(`http://127.0.0.1:${port}`)),
    );
  };
}
