import { z } from "zod";
import { parseCidr } from "../facts/cidr";
import { PATH_LENGTH, REGIONS } from "../facts/google";
import { whyNoCertificate } from "../facts/hosts";
import { decodedPath, normalPath } from "../facts/paths";
import { LARGEST_MACHINE, parseCpu, parseMemory } from "../facts/quantity";
import { secretLooking } from "../facts/secrets";
import { rule } from "./problem";

/**
 * Field types that systems, environments and releases share, each with its rule and remedy. Lengths are refinements, because
 * zod's own length checks accept anything that has a length, not only text and lists.
 */

/** Text that matches a pattern. Values that are not text get the same rule. */
export const matching = (pattern: RegExp, text: string, remedy: string) =>
  z.string(rule(text, remedy)).regex(pattern, rule(text, remedy));

/** Text that passes a test. */
export const holding = (test: (text: string) => boolean, text: string, remedy: string) =>
  z.string(rule(text, remedy)).refine(test, rule(text, remedy));

export const count = (min: number, max: number, what: string) => {
  const whole = rule(`must be a whole number (${what})`, `write one from ${min} to ${max}`);
  return z
    .number(whole)
    .refine(Number.isInteger, { message: whole, abort: true })
    .min(min, rule(`must be at least ${min} (${what})`, `write a number from ${min} to ${max}`))
    .max(max, rule(`must be at most ${max} (${what})`, `write a number from ${min} to ${max}`));
};

export const percent = (min: number, max: number) =>
  z
    .number(rule("must be a number (per cent)", `write one from ${min} to ${max}`))
    .min(min, rule(`must be at least ${min} (per cent)`, `write a number from ${min} to ${max}`))
    .max(max, rule(`must be at most ${max} (per cent)`, `write a number from ${min} to ${max}`));

/**
 * RFC 1035 label, as Google Cloud and Kubernetes names are.
 * {@link https://cloud.google.com/compute/docs/naming-resources}
 */
export const label = (max = 63, remedy = 'write it like "web-api"') =>
  matching(
    new RegExp(`^[a-z]([-a-z0-9]{0,${max - 2}}[a-z0-9])?$`),
    `must be a name of at most ${max} lower-case letters, digits and dashes that starts with a letter`,
    remedy,
  )
    // Every object has a property of this name, so a look-up would find it.
    .refine((name) => name !== "constructor", rule('must not be "constructor"', "choose another name"));

const PORT = "([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
/** Host of a container registry, with an optional port. Without a dot, a reference would mean Docker Hub. */
export const REGISTRY_HOST = `([a-z0-9]([-a-z0-9]*[a-z0-9])?\\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?(:${PORT})?`;
/** Part of an image's path. {@link https://github.com/distribution/reference/blob/main/regexp.go} */
export const REGISTRY_FOLDER = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
/** Of a host and a path, so that there is room for an image's name. {@link https://github.com/distribution/reference} */
const REGISTRY_LENGTH = 191;

/** A folder of a container registry, without a slash at the end. */
export const registryFolder = (remedy: string) =>
  matching(new RegExp(`^${REGISTRY_HOST}(/${REGISTRY_FOLDER})+$`), "must be a registry's folder", remedy).refine(
    (folder) => folder.length <= REGISTRY_LENGTH,
    rule(`must be at most ${REGISTRY_LENGTH} characters long`, "use a shorter one"),
  );

/** Name of an environment variable. */
export const variableName = matching(
  /^[A-Z][A-Z0-9_]{0,127}$/,
  "must be a variable's name in capitals, at most 128 characters",
  'write it like "LOG_LEVEL"',
);

/** Labels of letters, digits and dashes, at least two. {@link https://www.rfc-editor.org/rfc/rfc5890#section-2.3.1} */
const HOST = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/;
/** Labels whose prefix is reserved: only that of names in other scripts, `xn--`, is in use. */
const RESERVED_LABEL = /(^|\.)(?!xn)[^.]{2}--/;

/** A public host name. DNS allows 253 characters. {@link https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4} */
export const publicHost = z
  .string()
  .refine((t) => t.length <= 253, rule("must be at most 253 characters long", "shorten the name"))
  .regex(
    HOST,
    rule(
      "must be a fully qualified host name in lower case, no wildcard and no port",
      'write it like "api.my-company.com"',
    ),
  )
  .refine(
    (name) => !RESERVED_LABEL.test(name),
    rule("must have no label with two dashes after its second character", "use another name"),
  )
  .superRefine((name, ctx) => {
    const why = /^[^.:/@]([^:/@]*[^.:/@])?$/.test(name) && name.length <= 253 ? whyNoCertificate(name) : undefined;
    if (why) ctx.addIssue({ code: "custom", message: rule(why, "use a domain of your own") });
  });

/** A host name that the edge serves. */
export const hostname = publicHost.refine(
  (t) => t.length <= 64,
  rule("must be at most 64 characters long: a managed certificate allows no more", "shorten the name"),
);

export const projectId = matching(
  /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
  "must be a project id of 6 to 30 lower-case letters, digits and dashes",
  "copy it from gcloud projects list",
);

const isZone = (name: string): boolean => /^[a-z]+-[a-z]+\d+-[a-z]$/.test(name);
export const region = holding(
  (name) => !isZone(name),
  "must be a region, not a zone",
  'write it like "europe-west1"',
).refine(
  (name) => REGIONS.includes(name) || isZone(name),
  rule("is not a known region", "correct it, or add it to REGIONS in facts/google.ts"),
);

/** IPv4 range without host bits. */
export const cidr = (shortest: number, longest: number) =>
  z.string().superRefine((text, ctx) => {
    const range = parseCidr(text);
    const say = (r: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(r, remedy) });
    if (!range) return say("must be an IPv4 range in CIDR notation", 'write it like "10.0.0.0/20"');
    if (range.hostBits) return say("must have no host bits set", `write ${range.canonical}`);
    if (text !== range.canonical) return say("must be written without leading zeros", `write ${range.canonical}`);
    if (range.prefix < shortest || range.prefix > longest)
      say(
        shortest === longest ? `must be a /${shortest}` : `must have a prefix from /${shortest} to /${longest}`,
        "choose a range of another size",
      );
  });

/** Words with a dot between each two. {@link https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3} dot-atom */
const MAILBOX = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

/**
 * E-mail address that reaches a person. Let's Encrypt registers no contact whose domain could have no certificate.
 * {@link https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1}
 * {@link https://github.com/letsencrypt/boulder/blob/main/policy/pa.go} ValidEmail
 */
export const email = z
  .string()
  .refine((t) => t.length <= 254, rule("must be at most 254 characters long", "use another address"))
  .superRefine((address, ctx) => {
    const [mailbox = "", domain = "", ...more] = address.toLowerCase().split("@");
    const say = (text: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(text, remedy) });
    if (
      !MAILBOX.test(mailbox) ||
      mailbox.length > 64 ||
      !HOST.test(domain) ||
      RESERVED_LABEL.test(domain) ||
      more.length
    )
      say("must be an e-mail address", 'write it like "oncall@my-company.com"');
    else if (whyNoCertificate(domain))
      say(
        "must have a public domain: nobody gets mail at others, and Let's Encrypt refuses them",
        "use an address of your own",
      );
  });

/** Version of a release. */
export const version = matching(/^[\w][\w.+-]{0,62}$/, "must be a version", 'write it like "1.4.2"');

/** A moment in UTC. */
export const instant = holding(
  (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && new Date(text).toJSON()?.replace(".000", "") === text, // JavaScript accepts February 31
  "must be a moment in UTC",
  'write it like "2026-01-31T12:00:00Z"',
);

/** A day. */
export const day = holding(
  (text) => new Date(text).toJSON()?.slice(0, 10) === text, // JavaScript accepts February 31
  "must be a day that exists",
  'write it like "2026-01-31"',
);

/** Time of day in UTC, HH:MM. */
export const timeOfDay = matching(
  /^([01]\d|2[0-3]):[0-5]\d$/,
  "must be a time of day in UTC, HH:MM",
  'write it like "03:00"',
);

export const cpu = holding(
  (q) => parseCpu(q) !== undefined,
  "must be a CPU quantity",
  'write millicores like "500m" or cores like "2"',
).refine((q) => (parseCpu(q) ?? 0) <= LARGEST_MACHINE.cpu, rule("is more than any machine has", "lower it"));

export const memory = holding(
  (q) => parseMemory(q) !== undefined,
  "must be a memory quantity in Mi or Gi",
  'write it like "512Mi" or "1Gi"',
).refine((q) => (parseMemory(q) ?? 0) <= LARGEST_MACHINE.memory, rule("is more than any machine has", "lower it"));

const urlPath = (unfit: RegExp, text: string, remedy: string) =>
  z
    .string()
    .refine((t) => t.length <= PATH_LENGTH, rule(`must be at most ${PATH_LENGTH} characters long`, "shorten it"))
    .regex(
      /^\/([\w.~!$&+,;=:@/-]|%[0-9a-fA-F]{2})*$/,
      rule("must be an absolute URL path without query", 'write it like "/health"'),
    )
    .superRefine((path, ctx) => {
      const say = (r: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(r, remedy) });
      const normal = normalPath(path);
      if (!/^\/([^%]|%[0-9a-f]{2})*$/i.test(path)) return; // said already
      if (/\p{Cc}/u.test(decodedPath(path))) say("must not contain control characters", "write the path without them");
      else if (unfit.test(normal)) say(text, remedy);
      else if (path !== normal) say("must be in its normal form", `write "${normal}"`);
    });

/** Path that a client asks for, and a server answers. Servers differ in whether an escaped slash separates segments. */
export const httpPath = urlPath(
  /%2F|%5C/,
  "must not escape a slash or a backslash: servers read them in different ways",
  "use a path without them",
);

/**
 * Path that is compared, or escaped once more. Kubernetes refuses some escapes in an Ingress, Traefik decodes some before
 * it compares, Cloud Armor is told to decode all, and Prometheus escapes the percent sign.
 * {@link https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/apis/networking/validation/validation.go} invalidPathSequences
 * {@link https://github.com/traefik/traefik/blob/v3.7.0/pkg/muxer/http/mux.go} withRoutingPath
 * {@link https://github.com/prometheus/prometheus/blob/v3.7.0/scrape/target.go} Target.URL
 */
export const plainPath = urlPath(
  /%/,
  "must have no escapes: servers compare them in different ways",
  "use another path",
);

/** A port of somebody else's server. */
export const tcpPort = count(1, 65535, "TCP port");

export const port = count(1024, 65535, "unprivileged TCP port");

/**
 * Whether YAML and a process's environment can contain a text. They have no control characters, no single surrogates,
 * and no characters that Unicode says are none.
 * {@link https://yaml.org/spec/1.2.2/#51-character-set}
 */
export const isPlainText = (text: string): boolean => !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\uFEFF]/u.test(text);

/** Free text for a manifest or for Terraform. */
export const text = z
  .string()
  .refine((t) => t !== "", rule("must not be empty", "write a value, or remove the key"))
  .refine((t) => t.length <= 4096, rule("must be at most 4096 characters long", "shorten it"))
  .refine(
    (t) => isPlainText(t.replace(/[\t\n]/g, "")),
    rule("must be plain text without control characters", "remove them"),
  );

const ONE_LINE = "must be one line of 1 to 80 characters";
/** A title, a name or a reason that people read. */
export const line = z
  .string(rule(ONE_LINE, "write it"))
  .refine((t) => t !== "", rule(ONE_LINE, "write it"))
  .refine((t) => !/[\n\p{Zl}\p{Zp}]/u.test(t), { message: rule(ONE_LINE, "write it in one line"), abort: true })
  .refine((t) => [...t].length <= 80, rule(ONE_LINE, "shorten it"))
  .refine(isPlainText, rule("must be plain text without control characters", "remove them"));

/**
 * A URL of the language: https or oci, because over http anybody on the way can change what is downloaded, and without a
 * user and a password, because Terraform's state would contain them.
 */
const url = (what: string, example: string) =>
  z
    .string(rule(`must be ${what}`, `write it like "${example}"`))
    .refine((t) => t.length <= 512, rule("must be at most 512 characters long", "shorten it"))
    .superRefine((t, ctx) => {
      const say = (text: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(text, remedy) });
      if (/^https?:\/\/[^/]*@|^oci:\/\/[^/]*@/i.test(t) || secretLooking(t))
        say(
          "must not contain a user or a password: Terraform's state would contain them",
          "remove them, and log in with helm registry login, or use a repository that the deployer can read",
        );
      else if (/^http:/i.test(t))
        say("must not begin with http: anybody on the way could change what is downloaded", "use https or oci");
      else if (!URL_SHAPE.test(t)) say(`must be ${what}`, `write it like "${example}"`);
    });

const URL_LABEL = "[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?";
/** A host or an address, with a port and a path. */
const URL_SHAPE = new RegExp(
  `^(https|oci)://(${URL_LABEL}(\\.${URL_LABEL})*|\\[[0-9A-Fa-f:]+\\])(:${PORT})?(/[\\w.~:@%+-]*)*$`,
);

/** A repository of Helm charts. */
export const chartRepository = url("a chart repository's URL", "oci://europe-west1-docker.pkg.dev/p/charts");

/** A program and its arguments. */
export const command = z
  .array(text)
  .refine((all) => all.length > 0, rule("must not be empty", "name the program and its arguments"));
