import { configuration, problems } from "../support";

test.each([
  "https://charts.example.com",
  "https://charts.example.com/",
  "https://charts.example.com:8443/stable",
  "https://charts/private",
  "https://10.0.0.5:8080/charts",
  "https://[2001:db8::1]:8443/charts",
  "https://xn--mnchen-3ya.example/charts",
  "https://charts.example.com/a%20b/~team/v1.2+x",
  "https://charts.example.com/@scope/charts",
  "https://Charts.Example.com/Stable",
  "oci://europe-west1-docker.pkg.dev/my-project/charts",
  "oci://registry.example.com:5000/a/b/c",
  "oci://localhost:5000/charts",
  "oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/charts",
])("%s is a mirror of charts", (url) => {
  expect(problems(({ production }) => Object.assign(production.environment, { chartsMirror: url }))).toEqual([]);
  const { environments } = configuration(() => {}, { CHARTS_MIRROR: url });
  expect(environments.staging.environment.chartsMirror).toBe(url);
});
