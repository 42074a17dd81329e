import { leftOver } from "../src/checks/objects";

const object = (kind: string, name: string, more: object = {}) => ({
  kind,
  metadata: { namespace: "shop", name, ...more },
  spec: {},
});
const before = [
  object("Service", "web"),
  object("Job", "migrate-abcde", { generateName: "migrate-" }),
  object("Secret", "sh.helm.release.v1.web.v1"),
  object("ReplicaSet", "web-1"),
];

test("the same objects are found, whatever their revision and the end of their name are", () => {
  const after = [
    object("Job", "migrate-fghij", { generateName: "migrate-" }),
    object("Secret", "sh.helm.release.v1.web.v4"),
    object("Service", "web"),
    object("Pod", "web-2"),
  ];
  expect(leftOver(before, after)).toEqual({ wrong: [], note: "3 objects" });
});

test("what is left over is named, and so is what is missing", () => {
  const after = [
    ...before.slice(1),
    object("Service", "candidate"),
    object("Secret", "sh.helm.release.v1.candidate.v1"),
  ];
  expect(leftOver(before, after).wrong).toEqual([
    "Service shop/candidate is left over",
    "Secret shop/sh.helm.release.v1.candidate is left over",
    "Service shop/web is missing",
  ]);
});
