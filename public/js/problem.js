// Why something did not work: a code for the program and for words.js, and the server's own words if there are any.

/**
 * @import { Problem } from "./types.js"
 */

export class Failure extends Error {
  /** @param {string} code @param {string} [message] */
  constructor(code, message = "") {
    super(message);
    this.code = code;
  }
}

/** @param {string} code @param {string} [message] @returns {Problem} */
export const problem = (code, message = "") => ({ code, message });

/** What is told of something that was thrown. A mistake of the page goes on: it is none of the network's. @param {unknown} thrown */
export function problemOf(thrown) {
  if (thrown instanceof Failure) return problem(thrown.code, thrown.message);
  throw thrown;
}

/**
 * What an action of the interface answers: nothing, or why not.
 * @param {Promise<unknown>} work
 * @returns {Promise<Problem|null>}
 */
export async function outcome(work) {
  try {
    await work;
    return null;
  } catch (thrown) {
    return problemOf(thrown);
  }
}
