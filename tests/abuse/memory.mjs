// How much memory a process has, in bytes.
import { existsSync, readFileSync } from "node:fs";
import { output } from "../../scripts/lib.mjs";

export function residentMemory(pid) {
  const status = `/proc/${pid}/status`;
  const text = existsSync(status) ? readFileSync(status, "utf8").match(/VmRSS:\s+(\d+) kB/)[1] : output("ps", ["-o", "rss=", "-p", pid]);
  return Number(text) * 1024;
}
