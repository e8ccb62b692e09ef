// What several files of tests/protocol expect, and the reasons for differences that come up in more than one of them.
import assert from "node:assert/strict";
import { differs } from "./target.mjs";

/** The answers to bad requests, by number. */
export const REFUSALS = [
  "Transport unknown",
  "Session ID unknown",
  "Bad handshake method",
  "Bad request",
  "Forbidden",
  "Unsupported protocol version",
];

/** An answer to a bad request, exactly. */
export function refused(answer, code, { status = 400, message = REFUSALS[code] } = {}) {
  const { type, body } = answer;
  assert.deepEqual({ status: answer.status, type, body }, {
    status,
    type: "application/json",
    body: JSON.stringify({ code, message }),
  });
}

/** The session is not there any more. */
export async function isGone(session) {
  refused(await session.get(), 1);
}

export const SID = differs("a `sid` names its Gateway, by which any Worker finds it", {
  node: /^[\w-]{20}$/,
  parlor: /^[\w-]{20}\.any-0$/,
});
