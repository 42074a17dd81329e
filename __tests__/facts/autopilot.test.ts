import { autopilotResources } from "../../facts/autopilot";
import type { Resources } from "../../facts/resources";

const size = (cpu: string, memoryLimit: string, more: Partial<Resources> = {}) => {
  const resources = autopilotResources({ cpu, memory: "1Mi", memoryLimit, ...more });
  return [resources.cpu, resources.memory];
};

test("limits equal requests: the memory's limit, and the CPU's where there is one", () => {
  expect(autopilotResources({ cpu: "250m", memory: "256Mi", memoryLimit: "512Mi" })).toEqual({
    cpu: "250m",
    cpuLimit: "250m",
    memory: "512Mi",
    memoryLimit: "512Mi",
    ephemeralStorage: "1Gi", // else Autopilot adds it
  });
  expect(size("250m", "1Gi", { cpuLimit: "1" })).toEqual(["1000m", "1024Mi"]);
});

test.each([
  ["below the least", "10m", "16Mi", ["50m", "52Mi"]],
  ["the least, of which one vCPU has a gibibyte", "50m", "52Mi", ["50m", "52Mi"]],
  ["less than 1 GiB for each vCPU", "2", "512Mi", ["2000m", "2048Mi"]],
  ["1 GiB for each vCPU", "500m", "512Mi", ["500m", "512Mi"]],
  ["6.5 GiB for each vCPU", "2", "13Gi", ["2000m", "13312Mi"]],
  ["more than 6.5 GiB for each vCPU", "100m", "1Gi", ["154m", "1024Mi"]],
])("%s: the smaller of CPU and memory is raised", (_what, cpu, memory, expected) => {
  expect(size(cpu, memory)).toEqual(expected);
});

test.each([
  ["1m", "1Mi"],
  ["333m", "100Mi"],
  ["75m", "7Gi"],
  ["7", "1Gi"],
])("%s and %s become a size that Autopilot leaves alone, and so does this", (cpu, memoryLimit) => {
  const resources = autopilotResources({ cpu, memory: memoryLimit, memoryLimit });
  const vcpu = Number.parseInt(resources.cpu, 10) / 1000;
  const gib = Number.parseInt(resources.memory, 10) / 1024;
  expect(vcpu).toBeGreaterThanOrEqual(0.05);
  expect(gib / vcpu).toBeGreaterThanOrEqual(1);
  expect(gib / vcpu).toBeLessThanOrEqual(6.5);
  expect(autopilotResources(resources)).toEqual(resources);
});

test.each(["1G", "0.5", "1e3", ""])("%j is not guessed at", (quantity) => {
  expect(() => size("1", quantity)).toThrow(`"${quantity}" cannot be read`);
});
