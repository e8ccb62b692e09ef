// A client that is light enough for thousands of them: a raw WebSocket in `/` that comes back by itself, and joins its rooms.
import WebSocket from "ws";

const AGAIN = 100; // ms from the end of a connection to the next try

/** `light.joined(n)` waits until it has been in all its rooms n times, once on each of n connections; `end()` ends it. */
export class Light {
  /** How many events it has heard. */
  heard = 0;
  /** On how many connections it was in all its rooms. */
  rounds = 0;
  /** It comes back no sooner than this. */
  gate = Promise.resolve();
  #wanted = true;
  #wake = () => {};

  constructor(url, rooms) {
    this.url = `${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    this.rooms = rooms;
    this.#connect();
  }

  async joined(rounds) {
    while (this.rounds < rounds) await new Promise((done) => (this.#wake = done));
  }

  emit(...event) {
    this.ws.send(`42${JSON.stringify(event)}`);
  }

  end() {
    this.#wanted = false;
    this.ws.terminate();
  }

  #connect() {
    this.ws = new WebSocket(this.url, { perMessageDeflate: false });
    this.acks = 0;
    this.ws.on("message", (data) => this.#take(String(data)));
    this.ws.on("error", () => {}); // "close" follows
    this.ws.on("close", async () => {
      await this.gate;
      setTimeout(() => this.#wanted && this.#connect(), AGAIN);
    });
  }

  #take(frame) {
    if (frame === "2") this.ws.send("3");
    else if (frame.startsWith("0{")) this.ws.send("40");
    else if (frame.startsWith("40{")) this.rooms.forEach((room, n) => this.ws.send(`42${n}${JSON.stringify(["join", room])}`));
    else if (frame.startsWith('42["msg"')) this.heard += 1;
    else if (/^43\d+\[\]$/.test(frame) && (this.acks += 1) === this.rooms.length) {
      this.rounds += 1;
      this.#wake();
    }
  }
}
