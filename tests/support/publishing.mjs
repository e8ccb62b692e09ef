// What the lab stores: `await publishSurely(socket, room, data)`, then `await readAll(socket, room)`.
import { call } from "./clients.mjs";

const PATIENCE = 1000; // ms until a publisher asks again
const PAGE = 100;

/** Publishes a message until it is acknowledged, under one id, its data. Gives the receipt, and how often it was asked for again. */
export async function publishSurely(socket, room, data) {
  for (let repeats = 0; ; repeats += 1) {
    const [receipt] = await socket.timeout(PATIENCE).emitWithAck("publish", room, data, data).then((ack) => [ack], () => []);
    if (receipt?.seq) return { receipt: { seq: receipt.seq, data }, repeats };
    if (receipt) throw new Error(`not stored: ${JSON.stringify(receipt)}`);
  }
}

/** The whole history, page by page. */
export async function readAll(socket, room) {
  const all = [];
  for (let page; page?.length !== 0; all.push(...page)) [page] = await call(socket, "history", room, all.at(-1)?.seq ?? 0, PAGE);
  return all;
}

/**
 * The official client keeps events that came before the reply to its CONNECT when its connection ends before that reply, and
 * hears them a second time when it has come back: from there, and as missed. With Node's server too.
 */
export function forgetsHalves(socket) {
  socket.io.on("close", () => (socket.receiveBuffer = []));
}
