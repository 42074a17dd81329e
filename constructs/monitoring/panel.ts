/**
 * The data source that kube-prometheus-stack creates.
 * {@link https://github.com/prometheus-community/helm-charts/blob/main/charts/kube-prometheus-stack/values.yaml}
 */
const DATASOURCE = { type: "prometheus", uid: "prometheus" };
/**
 * The last schema version of Grafana's classic dashboards.
 * {@link https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/}
 */
const SCHEMA_VERSION = 42;
/** Maximum length of a `uid` in Grafana. */
const LONGEST_UID = 40;
/** Number of columns in Grafana's grid. */
export const COLUMNS = 24;

/** A panel of a Grafana dashboard. */
export interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "stat";
  /**
   * A unit that Grafana supports.
   * {@link https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit}
   */
  readonly unit: string;
  /** Number of decimals. By default, Grafana decides. */
  readonly decimals?: number;
  readonly description?: string;
  /** PromQL queries, by their legends. */
  readonly queries: Readonly<Record<string, string>>;
  /** A threshold, drawn as a line. Values above it are bad. By default, there is none. */
  readonly limit?: number;
  /** Colors of a stat panel, each with the value from which it applies. By default, all values are green. */
  readonly steps?: readonly { readonly color: string; readonly value: number | null }[];
  /** Shows the legend of a stat panel. By default, Grafana shows legends only if there are several values. */
  readonly textMode?: "value_and_name";
}

/** A panel in the shape of a dashboard's JSON. */
export interface PlacedPanel extends Readonly<Record<string, unknown>> {
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Size {
  readonly w: number;
  readonly h: number;
}

/** Places panels of one size in rows, starting at the row `top` of the grid. */
export function grid(panels: readonly Panel[], size: Size, top: number): PlacedPanel[] {
  const inARow = COLUMNS / size.w;
  return panels.map((panel, i) => ({
    gridPos: { x: (i % inARow) * size.w, y: top + Math.floor(i / inARow) * size.h, ...size },
    ...render(panel),
  }));
}

/** Returns a dashboard that people cannot edit in Grafana. It cuts a `uid` that is too long. */
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
    graphTooltip: 1, // shares the cursor between all panels
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
