import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { workFolder } from "../commands/work-folder";

let place: string;
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), "work-folder-"));
});
afterEach(() => rmSync(place, { recursive: true }));

const write = (name: string, text = "") => {
  const file = path.join(place, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

test("a folder with other files is rejected, and its files stay", () => {
  const mine = write("tf/mine.txt", "precious");
  expect(() => workFolder(place)).toThrow(`--work ${place}: holds tf, which no rehearsal made; choose a new folder`);
  expect(readFileSync(mine, "utf8")).toBe("precious");
  expect(existsSync(path.join(place, "rehearsal.pid"))).toBe(false);
});

test("a folder that another rehearsal uses is rejected", () => {
  write("rehearsal.pid", String(process.ppid));
  expect(() => workFolder(place)).toThrow(`process ${process.ppid} rehearses there; wait for it`);
});

test("the folder of a killed rehearsal is reused, without its output", () => {
  write("rehearsal.pid", "999999999");
  const old = [write("report.html"), write("failed/POST_x_1/apply.log")];
  expect(workFolder(place)).toBe(place);
  expect(readFileSync(path.join(place, "rehearsal.pid"), "utf8")).toBe(String(process.pid));
  expect(old.filter(existsSync)).toEqual([]);
});

test("a file is rejected as a rehearsal's folder", () => {
  const file = write("a");
  expect(() => workFolder(file)).toThrow(`--work ${file}: cannot be written (EEXIST); choose a folder that can`);
});
