// What an operator does with the chat's rooms, as a moderator: MODERATOR_KEY=… npm run export -- URL ROOM > room.jsonl, and
// npm run erase -- URL PERSON [ROOM…]. A room and a person are named by their ids, as docs/chat.md has them.
import { createHash, randomBytes } from "node:crypto";
import { Failure, command, isMain, say } from "./lib.mjs";
import { packages } from "./setup.mjs";

const LIMIT = 20_000; // ms for an answer

/** A moderator's connection: `ask(event, …args)`, and `close()`. */
export async function moderator(url, key) {
  await packages();
  const { Manager } = await import("socket.io-client");
  const manager = new Manager(url, { transports: ["websocket"], reconnection: false, timeout: LIMIT });
  try {
    // Moderators are people. The same key makes the same person, so that each run does not leave another one behind. Their
    // name is seen by others: it has nothing of the key in it, and nobody can have taken it before.
    const seed = createHash("sha256").update(`moderate ${key}`).digest("hex").slice(0, 40);
    const person = manager.socket("/", { auth: { name: `Operator ${randomBytes(4).toString("hex")}`, seed } });
    const { token } = await entered(person, "welcome");
    const desk = manager.socket("/moderators", { auth: { token, key } });
    await entered(desk, "connect");
    const ask = async (...event) => {
      const answer = await desk.timeout(LIMIT).emitWithAck(...event);
      if (answer?.error) throw Object.assign(new Failure(`${event[0]}: ${answer.message}`), { code: answer.error });
      return answer;
    };
    return { ask, close: () => manager._close() };
  } catch (error) {
    manager._close();
    throw error;
  }
}

function entered(socket, event) {
  return new Promise((done, failed) => {
    socket.once(event, done);
    socket.once("connect_error", (error) => failed(new Failure(`the chat does not let us in: ${error.message}`)));
    socket.once("disconnect", (reason) => failed(new Failure(`the chat has closed the connection: ${reason}`)));
  });
}

/** What is stored of a room, newest first, a page at a time: `{seq, data}`. */
export async function* history({ ask }, room) {
  for (let before, more = true; more; ) {
    const page = await ask("messages", before === undefined ? { room } : { room, before });
    yield* page.messages.toReversed();
    [before, more] = [page.messages[0]?.seq, page.more && page.messages.length > 0];
  }
}

/**
 * Takes the text, files and reactions out of all that a person has said in these rooms, and has the chat forget them. Gives how
 * many messages that were.
 */
export async function erase(desk, person, rooms) {
  let erased = 0;
  for (const room of rooms) {
    for await (const { seq, data } of history(desk, room)) {
      if (data.from.id !== person || data.removed) continue;
      await desk.ask("remove message", { room, seq, why: "erased" });
      erased += 1;
    }
  }
  await desk.ask("forget", person).catch((error) => {
    if (error.code !== "nobody") throw error; // it is done already
  });
  return erased;
}

if (isMain(import.meta)) {
  await command(async ([what, url, ...args]) => {
    const key = process.env.MODERATOR_KEY;
    if (!["export", "erase"].includes(what) || !url || args.length === 0) {
      throw new Failure("npm run export -- URL ROOM, or npm run erase -- URL PERSON [ROOM…]; ids as docs/chat.md has them");
    }
    if (!key) throw new Failure("this is for moderators: set MODERATOR_KEY, to the key of the deployment (it is in .deploy.vars where that was made)");
    const { protocol, hostname } = new URL(url);
    if (protocol !== "https:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname)) {
      throw new Failure(`the key would be read by whoever is on the way to ${url}: say https`);
    }
    const desk = await moderator(url, key);
    try {
      if (what === "export") {
        const messages = [];
        for await (const message of history(desk, args[0])) messages.push(message);
        for (const message of messages.reverse()) process.stdout.write(`${JSON.stringify(message)}\n`);
        say(`${messages.length} messages`);
      } else {
        const [person, ...named] = args;
        const rooms = named.length > 0 ? named : (await desk.ask("overview")).rooms.map(({ room }) => room.id);
        say(`${await erase(desk, person, rooms)} messages erased in ${rooms.join(", ")}`);
      }
    } finally {
      desk.close();
    }
  });
}
