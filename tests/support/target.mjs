// The server that the cases of tests/protocol run against: the lab on workerd, or with PARLOR_TARGET=node the same app
// on Socket.IO's own server. Where the two differ a case says so, and why: `differs(reason, {node, parlor})`.
import assert from "node:assert/strict";
import { startNode } from "../lab/node.mjs";
import { startLab } from "./lab.mjs";
import { DIFFERS } from "./reporter.mjs";

// Node lets pages of all origins open a WebSocket; what Parlor does by default is in tests/client/origin.test.mjs.
const startParlor = (options) => startLab({ checkOrigin: false, ...options });
const TARGETS = { parlor: startParlor, node: startNode };
export const target = process.env.PARLOR_TARGET ?? "parlor";
assert.ok(TARGETS[target], `PARLOR_TARGET is one of ${Object.keys(TARGETS).join(", ")}`);

/** Starts it with options of the lab: `{url, port, stop()}`. */
export const startTarget = (options) => TARGETS[target](options);

/** An expectation that is another one for each server. `own(t, …)` makes the present server's of it. */
export function differs(reason, each) {
  assert.deepEqual(Object.keys(each).sort(), Object.keys(TARGETS).sort());
  assert.notDeepEqual(each.node, each.parlor, `no difference: ${reason}`);
  return new Difference(reason, each);
}

class Difference {
  constructor(reason, each) {
    this.reason = reason;
    this.each = each;
  }
}

/** What is due from the server that runs: of what differs its own, for which the case `t` is marked; else the same. */
export function own(t, due) {
  if (!(due instanceof Difference)) return due;
  t.diagnostic(DIFFERS + due.reason);
  return due.each[target];
}
