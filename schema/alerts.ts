import { z } from "zod";
import { line, matching, percent, text } from "./fields";
import { rule } from "./problem";

export const metricName = matching(
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  "must be a metric's name",
  'write it like "http_requests_total"',
);

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
      .record(line, metricName)
      .refine(
        (figures) => Object.keys(figures).length <= FIGURES,
        rule(`must be at most ${FIGURES}: they share one panel`, "leave some out"),
      ),
  })
  .optional();
