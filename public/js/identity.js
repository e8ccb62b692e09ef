// Who we are for the server: a token that it signed. Until one has come, a name and a seed, by which the server
// knows us again when its first answer got lost.

import { randomText } from "./random.js";

/**
 * @import { Auth, Person } from "./events.js"
 * @import { Memory } from "./storage.js"
 */

const SEED_LENGTH = 32;

/** @param {Memory} lasting  shared by all tabs: they are one person */
export function createIdentity(lasting) {
  /** @type {string|null} */
  let wanted = null; // a name that the server has not given us yet

  return {
    get token() {
      const token = lasting.get("token");
      return typeof token === "string" ? token : null;
    },
    /** @returns {string|null} */
    get id() {
      return this.token === null ? null : lasting.get("id");
    },
    /** @returns {string} */
    get name() {
      const name = lasting.get("name");
      return typeof name === "string" ? name : "";
    },

    get wanted() {
      return wanted;
    },
    /** @param {string} name */
    want(name) {
      wanted = name;
    },
    /** The name that was wanted is not to be had, or not wanted any more. */
    unwant() {
      wanted = null;
    },

    /** What to connect with. @returns {Auth} */
    auth() {
      const { token } = this;
      if (token !== null) return wanted === null ? { token } : { token, name: wanted };
      let seed = lasting.get("seed");
      if (typeof seed !== "string") {
        seed = randomText(SEED_LENGTH);
        lasting.set("seed", seed);
      }
      return { name: wanted ?? this.name, seed };
    },

    /** The server has said who we are. @param {Person} me @param {string} token */
    known(me, token) {
      if (wanted === me.name) wanted = null;
      lasting.set("token", token);
      lasting.set("id", me.id);
      lasting.set("name", me.name);
      lasting.set("seed", null);
    },

    /** The token is not taken any more; the name may be. */
    forget() {
      lasting.set("token", null);
      lasting.set("id", null);
      lasting.set("seed", null);
    },
  };
}

/** @typedef {ReturnType<typeof createIdentity>} Identity */
