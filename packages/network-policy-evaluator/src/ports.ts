import type { Port } from "./kubernetes";

export type Protocol = "TCP" | "UDP" | "SCTP";
export type AllowsPort = (port: number, protocol: Protocol) => boolean;

/** Whether a port of a rule includes a port number. Throws an error for a named port, which depends on the pod's containers. */
export function allowsPort({ port, endPort, protocol = "TCP" }: Port): AllowsPort {
  if (!["TCP", "UDP", "SCTP"].includes(protocol)) throw new Error(`${protocol} is not a protocol`);
  if (port === undefined) {
    if (endPort !== undefined) throw new Error(`the end port ${endPort} has no port`);
    return (_port, p) => p === protocol;
  }
  const first = Number(port);
  if (!Number.isInteger(first) || first < 1 || first > 65535) throw new Error(`${port} is not a port number`);
  const last = endPort ?? first;
  if (last < first || last > 65535) throw new Error(`${first} to ${last} is not a range of ports`);
  return (asked, p) => p === protocol && first <= asked && asked <= last;
}
