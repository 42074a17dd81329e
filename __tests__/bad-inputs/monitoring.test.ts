import { P, production, refused, S, system, testRefused } from "./support";

testRefused({
  "an objective of a service without a request metric": refused(
    system((s) => delete s.services.backend.metrics.requests),
    `${S} services.backend.objective = {"availability":99.9}: cannot be measured: the service names no metric of its requests; add metrics.requests, or remove the objective`,
  ),
  "a latency objective of a service without a histogram": refused(
    system((s) => {
      s.services.backend.objective.latency = { percent: 99, seconds: 1 };
      delete s.services.backend.metrics.requests.histogram;
    }),
    `${S} services.backend.objective.latency = {"percent":99,"seconds":1}: cannot be measured: the service names no histogram of durations; add metrics.requests.histogram, or remove the latency`,
  ),
  "a latency objective of zero seconds": refused(
    system((s) => (s.services.backend.objective.latency = { percent: 99, seconds: 0 })),
    `${S} services.backend.objective.latency.seconds = 0: must be above 0 (seconds); write one up to 60`,
  ),
  "an availability objective of 100 per cent": refused(
    system((s) => (s.services.backend.objective.availability = 100)),
    `${S} services.backend.objective.availability = 100: must be at most 99.99 (per cent); write a number from 95 to 99.99`,
  ),
  "an e-mail address without a top-level domain": refused(
    production((e) => (e.monitoring.email = "oncall@pmcrm")),
    `${P} monitoring.email = "oncall@pmcrm": must be an e-mail address; write it like "oncall@my-company.com"`,
  ),
  "two e-mail addresses in place of one": refused(
    production((e) => (e.monitoring.email = "a@pmcrm.io, b@pmcrm.io")),
    `${P} monitoring.email = "a@pmcrm.io, b@pmcrm.io": must be an e-mail address; write it like "oncall@my-company.com"`,
  ),
  ...Object.fromEntries(
    [
      ...["a..b@pmcrm.io", ".a@pmcrm.io", "a.@pmcrm.io", '"a b"@pmcrm.io', "a b@pmcrm.io", "a@b@pmcrm.io", "@pmcrm.io"],
      ...["a@pmcrm..io", "a@.pmcrm.io", "a@pmcrm.io.", "a@-pmcrm.io", "a@pm_crm.io", "a@10.0.0.1", "a@ab--c.pmcrm.io"],
      ...["a@", "a", "", `${"x".repeat(65)}@pmcrm.io`, "Oncall <a@pmcrm.io>", "mailto:a@pmcrm.io?x"],
    ].map((email) => [
      `the e-mail address ${email}`,
      refused(
        production((e) => (e.monitoring.email = email)),
        `${P} monitoring.email = ${/["@ ].*@|^@|@$|x{9}|:/.test(email) ? "a string" : JSON.stringify(email)}: must be an e-mail address; write it like "oncall@my-company.com"`,
      ),
    ]),
  ),
  ...Object.fromEntries(
    ["a@example.com", "a@EXAMPLE.org", "a@mail.example.net", "a@pmcrm.test", "a@pmcrm.internal", "a@co.uk"].map(
      (email) => [
        `the e-mail address ${email}, which nobody reads`,
        refused(
          production((e) => (e.monitoring.email = email)),
          `${P} monitoring.email = "${email}": must have a public domain: nobody gets mail at others, and Let's Encrypt refuses them; use an address of your own`,
        ),
      ],
    ),
  ),
  ...Object.fromEntries(
    ["nan", "Inf", "on", "BOOL", "ignoring", "group_left"].flatMap((word) => [
      [
        `the counter ${word}`,
        refused(
          system((s) => (s.services.backend.metrics.requests.counter = word)),
          `${S} services.backend.metrics.requests.counter = "${word}": is a word of PromQL, so no query can name it; rename the metric`,
        ),
      ],
      [
        `the figure ${word}`,
        refused(
          system((s) => (s.overview = { title: "Sales", figures: { Sales: word } })),
          `${S} overview.figures.Sales = "${word}": is a word of PromQL, so no query can name it; rename the metric`,
        ),
      ],
    ]),
  ),
  "a status label that PromQL takes for a number": refused(
    system((s) => (s.services.backend.metrics.requests.status = "NaN")),
    `${S} services.backend.metrics.requests.status = a string: is a number in PromQL, so no query can name it; rename the label`,
  ),
  ...Object.fromEntries(
    ["__auto", "{{job}}", "Sales of {{ pod }}", `$${"{__range}"}`, "in $__interval"].map((legend) => [
      `the legend ${legend}`,
      refused(
        system((s) => (s.overview = { title: "Sales", figures: { [legend]: "sales_total" } })),
        `${S} overview.figures${legend === "__auto" ? '.__auto = "__auto"' : legend.startsWith("$") ? `["${legend}"] = "${legend}"` : '["..."] = a string'}: contains what Grafana replaces: __auto, {{label}} or $__variable; write the legend itself`,
      ),
    ]),
  ),
  "an alert receiver of an unknown kind": refused(
    production((e) => (e.monitoring.receiver = { kind: "sms" })),
    `${P} monitoring.receiver.kind = "sms": is not a known kind; use one of slack, pagerduty, webhook`,
  ),
  "a webhook receiver with a channel": refused(
    production((e) => (e.monitoring.receiver = { kind: "webhook", channel: "#a" })),
    `${P} monitoring.receiver.channel = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "a Slack channel without a number sign": refused(
    production((e) => (e.monitoring.receiver = { kind: "slack", channel: "alerts" })),
    `${P} monitoring.receiver.channel = "alerts": must be a channel; write it like "#alerts"`,
  ),
  "a Datadog console's host in place of its site": refused(
    production((e) => (e.datadog.site = "app.datadoghq.eu")),
    `${P} datadog.site = "app.datadoghq.eu": must be one of "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com", "ap2.datadoghq.com", "ddog-gov.com"; choose one of them`,
  ),
  "a retention shorter than the alerts' windows": refused(
    production((e) => (e.monitoring.retentionDays = 2)),
    `${P} monitoring.retentionDays = 2: must be at least 3: the alerts on objectives look back as many days; raise it`,
  ),
  "a retention of zero days": refused(
    production((e) => (e.monitoring.retentionDays = 0)),
    `${P} monitoring.retentionDays = 0: must be at least 1 (days); write a number from 1 to 400`,
  ),
  "too little memory for Prometheus": refused(
    production((e) => (e.monitoring.memory = "256Mi")),
    `${P} monitoring.memory = "256Mi": must be at least 512Mi; write "512Mi" or more`,
  ),
  "a Prometheus that fits on no node": refused(
    production((e) => (e.monitoring.memory = "16Gi")),
    `${P} monitoring.memory = "16Gi": must fit on a node of the pool monitoring (e2-standard-4); lower it, or use larger machines`,
  ),
  "audit logs of an unknown service": refused(
    system((s) => s.auditLogs.services.push("bigquery")),
    `${S} auditLogs.services.5 = "bigquery": must be one of "secretmanager", "cloudkms", "cloudsql", "container", "iam", "redis", "storage"; choose one of them`,
  ),
  "audit logs of a service that is listed twice": refused(
    system((s) => s.auditLogs.services.push("iam")),
    `${S} auditLogs.services.5 = "iam": is listed twice; remove one of the two`,
  ),
  "audit logs of no service": refused(
    system((s) => (s.auditLogs.services = [])),
    `${S} auditLogs.services = []: must not be empty; use some of secretmanager, cloudkms, cloudsql, container, iam, redis, storage`,
  ),
  "audit logs with a retention that is too short": refused(
    system((s) => (s.auditLogs.retentionDays = 7)),
    `${S} auditLogs.retentionDays = 7: must be at least 30 (days); write a number from 30 to 3650`,
  ),
  "a log bucket in a zone": refused(
    production((e) => (e.logLocation = "europe-west1-b")),
    `${P} logLocation = "europe-west1-b": is not a location of log buckets; write "global", "eu", "us" or a region: where _Default is`,
  ),
  "an overview figure of two lines": refused(
    system((s) => (s.overview = { title: "T", figures: { "a\u2028${y}": "orders_total" } })),
    `${S} overview.figures["a\\u2028\${y}"] = "a\\u2028\${y}": must be one line of 1 to 80 characters; write it in one line`,
  ),
});
