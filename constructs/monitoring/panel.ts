/**
 * As kube-prometheus-stack provisions it.
 * {@link https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml}
 */
const DATASOURCE = { type: "prometheus", uid: "prometheus" };
/**
 * The last version of this kind of dashboard.
 * {@link https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/}
 */
const SCHEMA_VERSION = 42;
/** Grafana's limit on a `uid`. */
const LONGEST_UID = 40;
/** Grafana's grid has 24 columns. */
export const COLUMNS = 24;

/** One panel of a Grafana dashboard. */
export interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "stat";
  /**
   * One of Grafana's.
   * {@link https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit}
   */
  readonly unit: string;
  /** Digits after the point; as many as Grafana finds fit where it is not said. */
  readonly decimals?: number;
  readonly description?: string;
  /** PromQL by legend. */
  readonly queries: Readonly<Record<string, string>>;
  /** Value from which on it is bad, drawn as a line. */
  readonly limit?: number;
  /** Colours of a stat, each from a value on; all green where it is not said. */
  readonly steps?: readonly { readonly color: string; readonly value: number | null }[];
  /** What a stat shows; only where there are several has each its legend unless it is said. */
  readonly textMode?: "value_and_name";
}

/** A panel as a dashboard's JSON has it. */
export interface PlacedPanel extends Readonly<Record<string, unknown>> {
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Size {
  readonly w: number;
  readonly h: number;
}

/** Panels of one size, as many side by side as there is room for, from row `top` of the grid on. */
export function grid(panels: readonly Panel[], size: Size, top: number): PlacedPanel[] {
  const inARow = COLUMNS / size.w;
  return panels.map((panel, i) => ({
    gridPos: { x: (i % inARow) * size.w, y: top + Math.floor(i / inARow) * size.h, ...size },
    ...render(panel),
  }));
}

/** A dashboard that nobody edits in Grafana. A `uid` that is too long is cut. */
export function board(props: {
  readonly uid: string;
  readonly title: string;
  readonly system: string;
  readonly panels: readonly PlacedPanel[];
}) {
  return {
    uid: props.uid.slice(0, LONGEST_UID),
    title: props.title,
    tags: [props.system],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    graphTooltip: 1, // one cross-hair for all panels
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    panels: props.panels.map((panel, i) => ({ id: i + 1, ...panel })),
  };
}

function render(panel: Panel): Record<string, unknown> {
  const { title, type, unit, decimals, description, queries, limit, textMode } = panel;
  const stat = type === "stat";
  const {
    steps = [{ color: "green", value: null }, ...(limit === undefined ? [] : [{ color: "red", value: limit }])],
  } = panel;
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        decimals,
        ...(!stat && { min: 0, custom: { thresholdsStyle: { mode: limit === undefined ? "off" : "line" } } }),
        thresholds: { mode: "absolute", steps },
      },
      overrides: [],
    },
    options: stat
      ? { reduceOptions: { calcs: ["lastNotNull"] }, textMode }
      : { tooltip: { mode: "multi", sort: "desc" } },
    targets: Object.entries(queries).map(([legendFormat, expr], i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(stat ? { instant: true } : { range: true }),
    })),
  };
}
