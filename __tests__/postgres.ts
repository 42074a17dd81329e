import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Where Debian has the server's programs, which are not on PATH. */
const DEBIAN = "/usr/lib/postgresql";

/** Folder of PostgreSQL's programs, the newest; undefined where there is none. */
const programs = [
  ...(process.env.PATH ?? "").split(path.delimiter),
  ...(existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => path.join(DEBIAN, version, "bin"))
    : []),
].find((folder) => ["initdb", "pg_ctl", "pg_dump", "psql"].every((name) => existsSync(path.join(folder, name))));
if (!programs)
  console.warn(`SKIPPED: dumps and restores of a real PostgreSQL, for initdb is neither on PATH nor in ${DEBIAN}.`);

/** A test that needs PostgreSQL; skipped, and said so, where it is missing. */
export const withPostgres = (name: string, run: () => void): void =>
  programs ? test(name, run) : test.skip(`${name} (SKIPPED: no PostgreSQL)`, run);

export interface Server {
  /** What libpq needs to reach it as its administrator, and PATH with its programs. */
  readonly env: Readonly<Record<string, string>>;
  /** What psql answers, without headers; fails when it does. */
  sql(database: string, text: string): string;
  stop(): void;
}

/** Starts a server of its own, whose administrator `postgres` has this password; undefined where there is none. */
export function startPostgres(password: string): Server | undefined {
  if (!programs) return undefined;
  const folder = mkdtempSync(path.join(os.tmpdir(), "postgres-"));
  const data = path.join(folder, "data");
  const secret = path.join(folder, "password");
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  writeFileSync(secret, password);
  if (user.uid) for (const file of [folder, secret]) chownSync(file, user.uid, user.gid);

  const PATH = `${programs}${path.delimiter}${process.env.PATH}`;
  const env = { PATH, PGHOST: folder, PGPORT: "5432", PGUSER: "postgres", PGPASSWORD: password };
  const run = (command: string, args: readonly string[], options: object = {}): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8", cwd: folder, ...options });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  };
  const auth = ["--auth=scram-sha-256", `--pwfile=${secret}`];
  run("initdb", [`--pgdata=${data}`, "--username=postgres", "--encoding=UTF8", "--no-locale", ...auth], user);
  const options = `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off`;
  // Its output would keep the pipe open.
  run("pg_ctl", ["start", "--wait", `--pgdata=${data}`, `--log=${folder}/log`, `--options=${options}`], {
    ...user,
    stdio: "ignore",
  });
  return {
    env,
    sql: (database, input) => run("psql", ["-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", database], { input }).trim(),
    stop() {
      run("pg_ctl", ["stop", "--mode=immediate", `--pgdata=${data}`], { ...user, stdio: "ignore" });
      rmSync(folder, { recursive: true });
    },
  };
}
