import type { LabelSelector } from "./kubernetes";

type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels match a selector. An empty selector matches all labels.
 * {@link https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors}
 */
export function selector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): (labels: Labels) => boolean {
  const equal = Object.entries(matchLabels);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    const exists = (labels: Labels) => labels[key] !== undefined;
    const isIn = (labels: Labels) => exists(labels) && values.includes(labels[key] as string);
    if (operator === "In") return isIn;
    if (operator === "NotIn") return (labels: Labels) => !isIn(labels);
    if (operator === "Exists") return exists;
    if (operator === "DoesNotExist") return (labels: Labels) => !exists(labels);
    throw new Error(`${operator} is not an operator of a selector`);
  });
  return (labels) =>
    equal.every(([key, value]) => labels[key] === value) && expressions.every((matches) => matches(labels));
}
