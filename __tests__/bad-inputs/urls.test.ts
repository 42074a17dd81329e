import { problems } from "../support";
import { P, production } from "./support";

const PASSWORD = "must not contain a user or a password: Terraform's state would contain them";
const HTTP = "must not begin with http: anybody on the way could change what is downloaded; use https or oci";
const SHAPE = `must be a chart repository's URL; write it like "oci://europe-west1-docker.pkg.dev/p/charts"`;

/** Values that no URL of a chart repository has, in the environment's file or in `CHARTS_MIRROR`, and their rules. */
const REFUSED: Readonly<Record<string, string>> = {
  "https://user:word@charts.example.com": PASSWORD,
  "https://user@charts.example.com/stable": PASSWORD,
  "https://:word@charts.example.com": PASSWORD,
  "https://user:@charts.example.com": PASSWORD,
  "https://us%65r:w%6frd@charts.example.com": PASSWORD,
  "oci://_json_key:word@europe-west1-docker.pkg.dev/p/charts": PASSWORD,
  "HTTPS://user:word@charts.example.com": PASSWORD,
  "http://user:word@charts.example.com": PASSWORD,
  [`https://charts.example.com/ghp_${"a1B2".repeat(9)}/charts`]: PASSWORD,
  "http://charts.example.com": HTTP,
  "HTTP://charts.example.com": HTTP,
  "ftp://charts.example.com": SHAPE,
  "file:///charts": SHAPE,
  "s3://bucket/charts": SHAPE,
  "git+https://github.com/a/b": SHAPE,
  "charts.example.com": SHAPE,
  "//charts.example.com": SHAPE,
  "https:charts.example.com": SHAPE,
  "https://": SHAPE,
  "https://charts.example.com/?token=x": SHAPE,
  "https://charts.example.com/#x": SHAPE,
  "https://charts.example.com\\@other": PASSWORD,
  "https://charts.example.com/a b": SHAPE,
  "https://charts..example.com": SHAPE,
  "https://charts.-example.com/stable": SHAPE,
  "https://charts.example.com:99999": SHAPE,
  "oci://charts.example.com:0/stable": SHAPE,
  " https://charts.example.com": SHAPE,
};

test.each(Object.entries(REFUSED))("%s is refused as a mirror of charts", (url, rule) => {
  const [line, ...others] = problems(production((e) => (e.chartsMirror = url)));
  expect(line).toContain(`${P} chartsMirror = a string: ${rule}`);
  expect(others).toEqual([]);
  const [variable, ...more] = problems(() => {}, { CHARTS_MIRROR: url });
  expect(variable).toContain(`CHARTS_MIRROR = a string: ${rule}`);
  expect(more).toEqual([]);
});
