import { type Files, problems } from "../support";

/** What looks like another system's or the platform's, and is right. */
const ACCEPTED: Readonly<Record<string, (files: Files) => void>> = {
  "a deployer in a project of its own": ({ production }) => {
    production.environment.deployer = "pmcrm-deployer@acme-automation.iam.gserviceaccount.com";
  },
  "deployers of two systems in one project of their own": (files) => {
    files.production.environment.deployer = "pmcrm-deployer@acme-automation.iam.gserviceaccount.com";
    const environment = { project: "shop-main", deployer: "shop-deployer@acme-automation.iam.gserviceaccount.com" };
    files.elsewhere = [{ file: "environments/shop/production.ts", environment }];
  },
  "a state bucket whose name begins like another system's": (files) => {
    const { stateBucket } = files.production.environment;
    files.elsewhere = [{ file: "environments/shop/production.ts", environment: { stateBucket: `${stateBucket}-2` } }];
  },
  "another system's file without anything in it": (files) => {
    files.elsewhere = [{ file: "environments/shop/production.ts", environment: undefined }];
  },
};

test.each(Object.entries(ACCEPTED))("%s is accepted", (_what, change) => {
  expect(problems(change)).toEqual([]);
});
