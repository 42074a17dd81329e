import { CERTIFICATES_PER_LOAD_BALANCER } from "../../facts/google";
import { signedBy, WAF_FIELDS_OF_A_KIND, WAF_NAMES, WAF_OPT_OUTS } from "../../facts/waf";
import { type Check, check } from "./check";

/** {@link https://letsencrypt.org/docs/rate-limits/#new-certificates-per-registered-domain}: renewals do not count. */
const CERTIFICATES_PER_WEEK = 50;

/** Rules about the ingress of public services. */
export const edgeChecks: readonly Check[] = [
  check([], ["services", "edge"], [], (_s, e, _r, { say }) => {
    for (const [name, { hosts }] of Object.entries(e.services))
      for (const [i, host] of hosts.entries())
        if (hosts.indexOf(host) !== i)
          say.environment(["services", name, "hosts", i], "is listed twice", "remove one of the two");
    const seen = new Set(Object.values(e.services).flatMap(({ hosts }) => hosts));
    if (e.edge.kind === "traefik" && seen.size > CERTIFICATES_PER_WEEK)
      say.environment(
        ["services"],
        `have ${seen.size} hosts, and Let's Encrypt gives a domain ${CERTIFICATES_PER_WEEK} certificates in a week`,
        "use fewer hosts",
      );
    if (e.edge.kind === "google" && seen.size > CERTIFICATES_PER_LOAD_BALANCER)
      say.environment(
        ["services"],
        `have ${seen.size} hosts, and a load balancer takes ${CERTIFICATES_PER_LOAD_BALANCER} certificates`,
        "use fewer hosts",
      );
  }),
  check([], ["edge"], [], (_s, { edge }, _r, { say }) => {
    if (!("waf" in edge)) return;
    const { waf } = edge;
    const path = ["edge", "waf", "exclusions"];
    for (const [i, { ruleSet, signatures, fields }] of waf.exclusions.entries()) {
      if (!signatures && !fields)
        say.environment([...path, i], "excludes nothing", "name signatures, fields or both, or remove it");
      for (const [j, signature] of (signatures ?? []).entries())
        if (signatures?.indexOf(signature) !== j)
          say.environment([...path, i, "signatures", j], "is listed twice", "remove one of the two");
        else if (!signedBy(ruleSet, signature))
          say.environment(
            [...path, i, "signatures", j],
            `is not a signature of ${ruleSet}`,
            "name its rule set, or correct it",
          );
      for (const [j, { in: kind, operator, value }] of (fields ?? []).entries()) {
        const any = operator === "EQUALS_ANY";
        if (any && value !== undefined)
          say.environment(
            [...path, i, "fields", j, "value"],
            "must be absent: EQUALS_ANY compares with no value",
            "remove it",
          );
        if (!any && value === undefined)
          say.environment([...path, i, "fields", j, "value"], `is required: ${operator} compares with it`, "add it");
        if (kind === "uri" && ["EQUALS", "STARTS_WITH"].includes(operator) && value && !value.startsWith("/"))
          say.environment(
            [...path, i, "fields", j, "value"],
            "can never match: a request's URI starts with a slash",
            'write it like "/search"',
          );
        if (value && !WAF_NAMES[kind].pattern.test(value))
          say.environment(
            [...path, i, "fields", j, "value"],
            `is not text that a ${kind === "uri" ? "URI" : `${kind}'s name`} can contain`,
            `write it like "${WAF_NAMES[kind].like}"`,
          );
      }
      const off = waf.exclusions
        .slice(0, i + 1)
        .flatMap((e) => (e.ruleSet === ruleSet && !e.fields ? (e.signatures ?? []) : []));
      if (!fields && off.length > WAF_OPT_OUTS)
        say.environment(
          [...path, i, "signatures"],
          `turn off ${off.length} signatures of ${ruleSet}, and an expression has room for ${WAF_OPT_OUTS}`,
          "exclude the fields that they match",
        );
    }
  }),
  check([], ["edge"], [], (_s, { edge }, _r, { say }) => {
    if (!("waf" in edge)) return;
    const before: { readonly target: string; readonly kind: string; readonly name: string }[] = [];
    for (const [i, { ruleSet, signatures = ["all"], fields = [] }] of edge.waf.exclusions.entries())
      for (const [j, { in: kind, operator, value = "" }] of fields.entries()) {
        const where = ["edge", "waf", "exclusions", i, "fields", j];
        const targets = [...new Set(signatures)].map((signature) => `${ruleSet} ${signature}`);
        const name = `${operator} ${value}`;
        const same = before.filter((other) => targets.includes(other.target) && other.kind === kind);
        if (same.some((other) => other.name === name))
          say.environment(where, "is excluded from the same rules already", "remove one of the two");
        else if (
          targets.some((target) => same.filter((other) => other.target === target).length === WAF_FIELDS_OF_A_KIND)
        )
          say.environment(
            where,
            `is one ${kind} more than the ${WAF_FIELDS_OF_A_KIND} that Cloud Armor supports`,
            "turn the signature off instead",
          );
        before.push(...targets.map((target) => ({ target, kind, name })));
      }
  }),
];
