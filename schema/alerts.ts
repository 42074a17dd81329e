import { z } from "zod";
import { line, matching, percent, text } from "./fields";
import { rule } from "./problem";

/**
 * Words, in any case, that PromQL does not take for a metric: `metric_identifier` in its grammar has the other keywords.
 * {@link https://github.com/prometheus/prometheus/blob/v3.7.0/promql/parser/generated_parser.y}
 */
const PROMQL_WORDS = /^(nan|inf|on|ignoring|group_left|group_right|bool|atan2)$/i;
/** Words that PromQL takes for numbers, also where it expects a label. */
export const PROMQL_NUMBERS = /^(nan|inf)$/i;

export const metricName = matching(
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  "must be a metric's name",
  'write it like "http_requests_total"',
).refine((name) => !PROMQL_WORDS.test(name), rule("is a word of PromQL, so no query can name it", "rename the metric"));

/** What Grafana replaces in a legend. {@link https://grafana.com/docs/grafana/latest/datasources/prometheus/query-editor/#legend} */
const LEGEND_TEMPLATE = /^__auto$|\{\{.*\}\}|\$\{?__/;

/** The largest threshold, in per cent: an alert fires above it, and nothing is above 100. */
const LARGEST = 99.9;

/** Most business figures of the overview: they share one panel. */
const FIGURES = 100;

/** Alerts on every service, with or without an objective. */
export const alerts = z
  .strictObject({
    /** Requests that are answered with a 5xx, in per cent. */
    errorPercent: percent(0.1, LARGEST),
    /** Used memory, in per cent of the limit. */
    memoryPercent: percent(10, LARGEST),
  })
  .optional();

/** A dashboard of all services together. */
export const overview = z
  .strictObject({
    title: text,
    /** Counters by legend. The dashboard shows their increase in the last 24 hours. */
    figures: z
      .record(
        line.refine(
          (legend) => !LEGEND_TEMPLATE.test(legend),
          rule("contains what Grafana replaces: __auto, {{label}} or $__variable", "write the legend itself"),
        ),
        metricName,
      )
      .refine(
        (figures) => Object.keys(figures).length <= FIGURES,
        rule(`must be at most ${FIGURES}: they share one panel`, "leave some out"),
      ),
  })
  .optional();
