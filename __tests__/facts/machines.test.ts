import { machineOf } from "../../facts/google";

test.each([
  ["e2-small", 2, 2],
  ["e2-highmem-16", 16, 128],
  ["e2-highcpu-32", 32, 32],
  ["n1-standard-1", 1, 3.75],
  ["n1-highmem-96", 96, 624],
  ["n2-highmem-128", 128, 864],
  ["n2-highcpu-96", 96, 96],
  ["n2d-highmem-96", 96, 768],
  ["n2d-highcpu-224", 224, 224],
  ["t2d-standard-60", 60, 240],
  ["c2-standard-60", 60, 240],
  ["c2d-highmem-112", 112, 896],
  ["c3-highcpu-176", 176, 352],
  ["c3d-standard-360", 360, 1440],
])("%s has %d vCPUs and %d GiB", (type, cpus, gib) => {
  expect(machineOf(type)).toMatchObject({ cpus, memory: gib * 1024 });
});

test.each([
  ...["e2-highmem-32", "e2-standard-1", "e2-standard-64", "n1-highmem-1", "n1-highcpu-1", "n1-standard-48"],
  ...["n2-highcpu-128", "n2-standard-1", "n2-standard-224", "n2d-highmem-128", "n2d-highmem-224", "t2d-highmem-4"],
  ...["c2-highcpu-4", "c2-standard-32", "c2d-standard-30", "c3-standard-2", "c3-highmem-192", "c3d-highmem-2"],
  ...["n2-standard-04", "n2-standard-", "N2-standard-4", "n2-constructor-4", "constructor-standard-4", "e2-small-2"],
])("%s is no machine type", (type) => {
  expect(machineOf(type)).toBeUndefined();
});
