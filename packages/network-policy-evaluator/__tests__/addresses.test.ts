import { dotted, range } from "@slipway/network-policy-evaluator";

test("a range has its first and last address and its size", () => {
  expect(range("10.1.0.0/16")).toEqual({ text: "10.1.0.0/16", first: 167837696, last: 167903231, size: 65536 });
  expect([range("192.0.2.7/32"), range("0.0.0.0/0")].map(({ first, last }) => [first, last].map(dotted))).toEqual([
    ["192.0.2.7", "192.0.2.7"],
    ["0.0.0.0", "255.255.255.255"],
  ]);
});

test.each([
  ["10.1.0.1/16", "is not a range in CIDR notation"],
  ["10.1.0.0", "is not a range in CIDR notation"],
  ["10.1.0.0/33", "is not a range in CIDR notation"],
  ["10.1.0/24", "is not an IPv4 address"],
  ["10.1.0.256/32", "is not an IPv4 address"],
])("%s is refused", (text, problem) => {
  expect(() => range(text)).toThrow(problem);
});
