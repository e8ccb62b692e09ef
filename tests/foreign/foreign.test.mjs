// Clients that others wrote, in other languages, talk to the lab. Each scenario is a run of a program of theirs, which
// says by its exit status whether all was as it should be; one list of scenarios for all.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { WEBSOCKET, call, clients, eventually, heard, within } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";
import { startProxy } from "../support/proxy.mjs";
import { foreignClients } from "./clients.mjs";

const SCENARIOS = {
  connect: "connects with auth, and is greeted with it",
  events: "sends events and hears them, in order",
  acks: "is acknowledged",
  binary: "sends binary and gets it back",
  custom: "talks in the namespace /custom",
  refused: "is refused at /members, and told why",
  members: "is let in at /members",
  rooms: "shares a room with one on another Gateway",
  again: "leaves, and connects again",
};
const TRANSPORTS = ["polling", "websocket", "upgrade"];
const LIMIT = 60_000;

let lab;
before(async () => (lab = await startLab({ gateways: 2 })));
after(() => lab.stop());

for (const { name, command, missing } of await foreignClients()) {
  for (const transport of TRANSPORTS) {
    describe(`${name}, ${transport}`, () => {
      const skip = missing; // of each test, so that they are counted
      const play = (t, scenario, url = lab.url) => new Program(t, [...command, url, transport, scenario]);

      for (const [scenario, title] of Object.entries(SCENARIOS)) {
        it(title, { skip }, (t) => play(t, scenario).succeeds());
      }

      it("shares a room with the official client", { skip }, async (t) => {
        const [socket] = await clients(t, lab.url, 1, WEBSOCKET);
        const list = heard(socket);
        await call(socket, "join", "mixed");
        const program = play(t, "official");
        await program.ready();
        // rust_socketio hears binary only where it is the one argument, and nothing around it.
        const rust = name === "rust_socketio";
        const bytes = Buffer.from([0, 255]);
        socket.emit("msg", "mixed", rust ? bytes : { from: "official", bytes });
        const [message] = await Promise.race([list.reaches(1), program.fails()]);
        const expected = rust ? { from: "foreign" } : { from: "foreign", bytes: Buffer.from([1, 254]) };
        assert.deepEqual(message, expected);
        socket.emit("msg", "mixed", "seen");
        await program.succeeds();
      });

      it("comes back by itself when its connection is cut", { skip }, async (t) => {
        const proxy = await startProxy(t, lab.url);
        const program = play(t, "lost", proxy.url);
        await program.ready();
        // Between two polls a client opens a new connection, and does not know that anything was cut.
        const polls = () => [...proxy.links].some(({ parked }) => parked);
        if (transport === "polling") await eventually("its poll waits", polls);
        proxy.cut();
        await program.succeeds();
      });
    });
  }
}

/** A run of a foreign client. It prints `ready` when we are to do our part. */
class Program {
  #text = "";
  #status;
  #lines;

  constructor(t, [program, ...args]) {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    t.after(() => child.kill("SIGKILL"));
    child.stderr.setEncoding("utf8").on("data", (text) => (this.#text += text));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#status = once(child, "close").then(([status]) => status);
  }

  async ready() {
    const { value } = await within(this.#lines.next(), "the program to be ready", LIMIT);
    if (value !== "ready") await this.fails();
  }

  async succeeds() {
    assert.equal(await within(this.#status, "the program's end", LIMIT), 0, this.#text);
  }

  /** Never unless it fails, and then with what it says. */
  async fails() {
    await this.#status;
    assert.fail(this.#text || "the program ended early");
  }
}
