import { VercelFrontend, type VercelFrontendProps } from "../../constructs/frontend/vercel-frontend";
import { VercelProvider } from "../../constructs/frontend/vercel-provider";
import { type HeadersOfPath, SECURITY_HEADERS } from "../../facts/http";
import { build, ref } from "../construct";
import { filesOfPmcrmOnVercel, type Json, synth as synthPmcrm } from "../support";

const [FIRST, SECOND] = ["1".repeat(40), "2".repeat(40)] as const;

const PROPS: VercelFrontendProps = {
  name: "shop-test-web",
  repository: "acme/shop",
  productionBranch: "main",
  framework: "nextjs",
  rootDirectory: "apps/web",
  regions: ["fra1"],
  domains: ["app.example.com"],
  variables: { NEXT_PUBLIC_API_URL: "https://api.example.com" },
  headers: [],
  commit: SECOND,
  deletionProtection: true,
};

const synth = (props: Partial<VercelFrontendProps> = {}) =>
  build((stack) => {
    new VercelProvider(stack, "vercel", { team: "acme" });
    new VercelFrontend(stack, "web", { ...PROPS, ...props });
  });
const PROJECT = "vercel_project.web_project";
const id = ref(`${PROJECT}.id`);
const without = ({ "//": _, ...resource }: Json) => resource;
const deployments = (built: ReturnType<typeof synth>): [string, Json][] =>
  Object.entries(built.json.resource.vercel_deployment);
const plain = synth();

test("a project builds the repository, and no push gets a domain", () => {
  expect(without(plain.resource(PROJECT))).toEqual({
    name: "shop-test-web",
    framework: "nextjs",
    root_directory: "apps/web",
    resource_config: { function_default_regions: ["fra1"] },
    git_repository: { type: "github", repo: "acme/shop", production_branch: "main" },
    auto_assign_custom_domains: false,
    preview_deployments_disabled: true,
    lifecycle: { prevent_destroy: true },
  });
});

test("the provider has a team, and no token", () => {
  expect(plain.json.provider.vercel).toEqual([{ team: "acme" }]);
  expect(plain.json.terraform.required_providers.vercel).toEqual({ source: "vercel/vercel", version: "5.10.0" });
});

test("the release's commit is built with the variables, and the domains show it", () => {
  const [[name, deployment]] = deployments(plain) as [[string, Json]];
  const variable = "vercel_project_environment_variable.web_variable-NEXT_PUBLIC_API_URL";
  expect(without(deployment)).toEqual({ project_id: id, ref: SECOND, production: true, depends_on: [variable] });
  expect(without(plain.resource(variable))).toEqual({
    project_id: id,
    key: "NEXT_PUBLIC_API_URL",
    value: "https://api.example.com",
    target: ["production"],
    sensitive: false,
  });
  const [[, alias]] = Object.entries<Json>(plain.json.resource.vercel_alias) as [[string, Json]];
  const [[domain]] = Object.entries(plain.json.resource.vercel_project_domain) as [[string, Json]];
  expect(without(alias)).toEqual({
    alias: "app.example.com",
    deployment_id: ref(`vercel_deployment.${name}.id`),
    depends_on: [`vercel_project_domain.${domain}`],
  });
});

test("the deployment before stays at its address, so that going back only moves the domains", () => {
  const [before, after, back] = [
    synth({ commit: FIRST }),
    synth({ commit: SECOND, previous: FIRST }),
    synth({ commit: FIRST, previous: SECOND }),
  ];
  const [[first]] = deployments(before) as [[string, Json]];
  expect(deployments(after).map(([name]) => name)).toEqual(expect.arrayContaining([first]));
  expect(new Set(deployments(back).map(([name]) => name))).toEqual(new Set(deployments(after).map(([name]) => name)));
  const [[, alias]] = Object.entries<Json>(back.json.resource.vercel_alias) as [[string, Json]];
  expect(alias.deployment_id).toBe(ref(`vercel_deployment.${first}.id`));
});

test("a release that changes only images keeps the one deployment", () => {
  expect(deployments(synth({ commit: FIRST, previous: FIRST }))).toEqual(deployments(synth({ commit: FIRST })));
});

test("another variable or build setting builds the commit anew, and a header does not", () => {
  const names = (props: Partial<VercelFrontendProps>) => deployments(synth(props)).map(([name]) => name);
  const own = names({});
  expect(names({ variables: { NEXT_PUBLIC_API_URL: "https://api2.example.com" } })).not.toEqual(own);
  expect(names({ buildCommand: "npm run build" })).not.toEqual(own);
  expect(names({ headers: [{ set: { "X-A": "1" } }], domains: ["b.example.com"] })).toEqual(own);
});

test("each path has the headers of every response and its own, and one rule at most", () => {
  const headers: HeadersOfPath[] = [
    { set: { "X-A": "1" } },
    { path: "/admin", set: { "X-A": "2", "X-B": "3" } },
    { path: "/admin/users", set: { "X-B": "4" } },
  ];
  const rules = Object.values<Json>(synth({ headers }).json.resource.vercel_project_route).map(({ route }) => ({
    src: new RegExp(route.src),
    set: Object.fromEntries(
      route.transforms.map(({ target, args }: Json) => [JSON.parse(target).key, JSON.parse(args)]),
    ),
  }));
  const at = (path: string) => rules.filter(({ src }) => src.test(path)).map(({ set }) => set);
  expect(at("/")).toEqual([{ ...SECURITY_HEADERS, "X-A": "1" }]);
  expect(at("/administrators")).toEqual([{ ...SECURITY_HEADERS, "X-A": "1" }]);
  expect(at("/admin")).toEqual([{ ...SECURITY_HEADERS, "X-A": "2", "X-B": "3" }]);
  expect(at("/admin/usersettings")).toEqual([{ ...SECURITY_HEADERS, "X-A": "2", "X-B": "3" }]);
  expect(at("/admin/users/7")).toEqual([{ ...SECURITY_HEADERS, "X-A": "2", "X-B": "4" }]);
});

test("paths that differ in capitals or marks have rules of their own, and a long path has a name that fits", () => {
  const paths = ["/a/b", "/a--b", "/a.b", "/A/b", `/${"a".repeat(255)}`];
  const rules = Object.values<Json>(
    synth({ headers: paths.map((path) => ({ path, set: { "X-A": path } })) }).json.resource.vercel_project_route,
  );
  expect(rules.length).toBe(paths.length + 1);
  expect(rules.every(({ route, name }) => route.case_sensitive && name.length <= 256)).toBe(true);
});

test("a domain has the same address in every project, so that it leaves one before it joins another", () => {
  const domainOf = (frontend: string): [string, Json] => {
    const [domain] = Object.entries<Json>(
      build((stack) => {
        new VercelProvider(stack, "vercel", { team: "acme" });
        new VercelFrontend(stack, frontend, { ...PROPS, name: `shop-test-${frontend}` });
      }).json.resource.vercel_project_domain,
    );
    return domain as [string, Json];
  };
  const [before, first] = domainOf("web");
  const [after, second] = domainOf("shop");
  expect(after).toBe(before);
  expect(second.project_id).not.toBe(first.project_id);
});

describe("a system's stacks", () => {
  test("can have a frontend with the name of the provider", () => {
    const { production } = synthPmcrm((files) => {
      const renamed = JSON.stringify(filesOfPmcrmOnVercel()).replaceAll('"web"', '"vercel"');
      Object.assign(files, JSON.parse(renamed));
    });
    expect(production.resource("vercel_project.frontends_vercel_project").name).toBe("pmcrm-production-vercel");
  });

  const onVercel = synthPmcrm((files) => Object.assign(files, filesOfPmcrmOnVercel()));

  test("have a project for each environment, with the environment's values", () => {
    expect(onVercel.production.resource("vercel_project.frontends_web_project").name).toBe("pmcrm-production-web");
    const variable = "vercel_project_environment_variable.frontends_web_variable-NEXT_PUBLIC_API_URL";
    expect(onVercel.production.resource(variable).value).toBe("https://api.pmcrm.io");
    expect(onVercel.staging.resource(variable).value).toBe("https://api.staging.pmcrm.io");
  });

  test("have no token, and no provider where the system has no frontend there", () => {
    expect(onVercel.production.json.provider.vercel).toEqual([{ team: "pmcrm" }]);
    expect(synthPmcrm().production.text).not.toMatch(/vercel/i);
  });
});
