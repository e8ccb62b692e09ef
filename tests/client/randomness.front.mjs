// The lab on a platform without randomness, until it is asked for `/random`.
import * as lab from "index.js";

const real = crypto.getRandomValues.bind(crypto);
let isThere = false;
crypto.getRandomValues = (bytes) => {
  if (!isThere) throw new Error("no randomness");
  return real(bytes);
};

export { Gateway, Queue, Room } from "index.js";

export default class extends lab.default {
  fetch(request) {
    if (new URL(request.url).pathname !== "/random") return super.fetch(request);
    isThere = true;
    return new Response();
  }
}
