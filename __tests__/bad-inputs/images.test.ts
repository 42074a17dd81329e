import { P, production, R, refused, release, S, system, testRefused } from "./support";

const LARGEST = 2_147_483_647;

testRefused({
  "an image that runs as root": refused(
    system((s) => (s.images = { backend: { user: 0, group: 0 } })),
    `${S} images.backend.user = 0: must be at least 1 (id of a user or a group, and not root); write a number from 1 to ${LARGEST}`,
    `${S} images.backend.group = 0: must be at least 1 (id of a user or a group, and not root); write a number from 1 to ${LARGEST}`,
  ),
  "ids of users that Kubernetes does not have": refused(
    system((s) => (s.images = { backend: { user: LARGEST + 1, group: -1 } })),
    `${S} images.backend.user = 2147483648: must be at most ${LARGEST} (id of a user or a group, and not root); write a number from 1 to ${LARGEST}`,
    `${S} images.backend.group = -1: must be at least 1 (id of a user or a group, and not root); write a number from 1 to ${LARGEST}`,
  ),
  "a user's name in place of the id, and no group": refused(
    system((s) => (s.images = { backend: { user: "nginx" } })),
    `${S} images.backend.user = "nginx": must be a whole number (id of a user or a group, and not root); write one from 1 to ${LARGEST}`,
    `${S} images.backend.group = nothing: is required (number); write one from 1 to 2147483647`,
  ),
  "the user of an image that no workload has": refused(
    system((s) => (s.images = { frontend: { user: 101, group: 101 } })),
    `${S} images.frontend = "frontend": is not the image of a service or a task; remove it, or use one of backend`,
  ),
  "an image's version in place of its digest": refused(
    release((r) => (r.images.backend = "1.0.0")),
    `${R} images.backend = "1.0.0": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
  ),
  "the image tag latest": refused(
    release((r) => (r.images.backend = "latest")),
    `${R} images.backend = "latest": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
  ),
  "a repository in a registry that is not allowed": refused(
    production((e) => (e.repository = "docker.io/pmcrm")),
    `${P} repository = "docker.io/pmcrm": must be within europe-west1-docker.pkg.dev/pmcrm-production/; correct it, or add its registry to registries`,
  ),
  "a mirror of images that is a whole registry": refused(
    production((e) => (e.imagesMirror = "mirror.example.com")),
    `${P} imagesMirror = a string: must be a registry's folder; write it like "europe-west1-docker.pkg.dev/my-project/third-party", without a slash at the end`,
  ),
  "a mirror of images with a scheme": refused(
    production((e) => (e.imagesMirror = "oci://europe-west1-docker.pkg.dev/p/third-party")),
    `${P} imagesMirror = a string: must be a registry's folder; write it like "europe-west1-docker.pkg.dev/my-project/third-party", without a slash at the end`,
  ),
  "an environment without a repository": refused(
    production((e) => delete e.repository),
    `${P} repository = nothing: is required (string); write it like "europe-west1-docker.pkg.dev/my-project/my-repository", without a slash at the end`,
  ),
  "a registry without a slash at the end": refused(
    production((e) => (e.registries = ["europe-west1-docker.pkg.dev/pmcrm-production"])),
    `${P} registries.0 = "europe-west1-docker.pkg.dev/pmcrm-production": must be a registry or a folder of one, with a slash at the end; write it like "europe-west1-docker.pkg.dev/my-project/"`,
  ),
  "a registry without a host": refused(
    production((e) => (e.registries = ["pmcrm-production/"])),
    `${P} registries.0 = "pmcrm-production/": must be a registry or a folder of one, with a slash at the end; write it like "europe-west1-docker.pkg.dev/my-project/"`,
  ),
  "an empty list of registries": refused(
    production((e) => (e.registries = [])),
    `${P} registries = []: must not be empty; name the Artifact Registry repository`,
  ),
  "a repository with a slash at the end": refused(
    production((e) => (e.repository = `${e.repository}/`)),
    `${P} repository = "europe-west1-docker.pkg.dev/pmcrm-production/pmcrm/": must be a registry's folder; write it like "europe-west1-docker.pkg.dev/my-project/my-repository", without a slash at the end`,
  ),
  "a repository whose name only starts with an allowed registry's": refused(
    production((e) => (e.repository = "europe-west1-docker.pkg.dev/pmcrm-production-2/pmcrm")),
    `${P} repository = "europe-west1-docker.pkg.dev/pmcrm-production-2/pmcrm": must be within europe-west1-docker.pkg.dev/pmcrm-production/; correct it, or add its registry to registries`,
  ),
  "a release without an image that the system runs": refused(
    system((s) => (s.services.worker.image = "worker")),
    `${R} images.worker = nothing: is required: the system runs it; add the image`,
  ),
  "an image that no service uses": refused(
    release((r) => (r.images.fronted = r.images.backend)),
    `${R} images.fronted = "sha256:${"1".repeat(64)}": is not used; remove it, or use one of backend`,
  ),
  "a digest that is too short": refused(
    release((r) => (r.images.backend = r.images.backend.slice(0, -1))),
    `${R} images.backend = "sha256:${"1".repeat(63)}": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
  ),
  "a version with a space": refused(
    release((r) => (r.version = "1.0 beta")),
    `${R} version = "1.0 beta": must be a version; write it like "1.4.2"`,
  ),
});
