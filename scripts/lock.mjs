// A lock between processes: a folder whose time its holder renews, so that one left by a killed process goes stale.
import { existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./lib.mjs";

const RENEW = 1000;
const STALE = 10_000;

export async function withLock(folder, work) {
  mkdirSync(dirname(folder), { recursive: true });
  for (let told = false; !taken(folder); told = true) {
    if (!told) say("another set-up is running: waiting for it…");
    await sleep(500);
  }
  const renew = setInterval(() => existsSync(folder) && utimesSync(folder, new Date(), new Date()), RENEW);
  try {
    return await work();
  } finally {
    clearInterval(renew);
    rmSync(folder, { recursive: true, force: true });
  }
}

function taken(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    if (Date.now() - statSync(folder).mtimeMs < STALE) return false;
    renameSync(folder, `${folder}.${process.pid}`); // of two that want it, one gets it
    rmSync(`${folder}.${process.pid}`, { recursive: true, force: true });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  return false;
}
