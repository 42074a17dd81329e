import { isCandidateName } from "../../facts/candidate";
import { possibleShares, shiftedServices } from "../candidate";
import { WORKLOADS, workloads } from "../workloads";
import { type Check, check, oneOf } from "./check";

/** Rules about the release that an environment runs beside the stable one. */
export const candidateChecks: readonly Check[] = [
  check(WORKLOADS, [], [], (s, _e, _r, { say }) => {
    for (const { path } of workloads(s))
      if (isCandidateName(path[1] as string))
        say.system(path, "has a name that is kept for what runs a candidate", "choose another name", {
          value: path[1],
        });
  }),
  check([], [], [], (_s, _e, _r, { say, pointer: { stable, candidate } }) => {
    if (candidate !== undefined && candidate === stable)
      say.pointer(["candidate"], "is the stable release itself", "name another release, or remove candidate and share");
  }),
  check([], [], ["irreversible"], (_s, _e, { irreversible }, { say, isCandidate }) => {
    if (irreversible && isCandidate)
      say.pointer(
        ["candidate"],
        "is irreversible: the stable release could not work beside it, nor after it",
        "let the environment run it as stable",
      );
  }),
  check(["services"], ["modules"], [], (s, _e, _r, { say, pointer: { candidate, share }, environmentName }) => {
    const shares = possibleShares(s);
    if (candidate === undefined) {
      if (share !== undefined) say.pointer(["share"], "needs a candidate, which gets it", "name one, or remove it");
    } else if (!shiftedServices(s).length)
      say.pointer(
        ["candidate"],
        `must be absent: no service of ${environmentName} has a strategy, so nothing would run it`,
        "let the environment run it as stable, or give a service a strategy",
      );
    else if (share === undefined) say.pointer(["share"], "is required: the candidate gets it", "write 0 to begin with");
    else if (!shares.includes(share))
      say.pointer(["share"], "is not a step of every canary service", oneOf(shares.map(String)));
  }),
];
