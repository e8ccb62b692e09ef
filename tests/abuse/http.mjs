// What a stranger may do with TCP and HTTP. Each gets an answer or an end, or leaves by himself.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { POLL, WS } from "./stranger.mjs";

const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const ANSWER = /^HTTP/;

export const HTTP = {
  async "half a head, and no more"(stranger) {
    const connection = await stranger.tcp();
    const head = stranger.head("GET", POLL, { Cookie: "c".repeat(stranger.number(2000)) });
    await connection.write(head.slice(0, stranger.number(head.length - 1)));
    return { stays: true };
  },

  async "a head without an end"(stranger) {
    const connection = await stranger.tcp();
    await connection.write(stranger.head("GET", POLL).slice(0, -2));
    for (let n = 0; n < 200; n += 1) await connection.write(`X-${n}: ${"x".repeat(stranger.number(2000))}\r\n`);
    await connection.write("\r\n");
    await connection.hears(ANSWER);
  },

  async "what is no HTTP"(stranger) {
    const connection = await stranger.tcp();
    const hello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]);
    await connection.write(stranger.pick([hello, stranger.bytes(300), "SSH-2.0-x", "\0\0\0", "GET\r\n"]), "\r\n\r\n");
    await connection.hears(ANSWER);
  },

  async "half a body, and no more"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    const length = stranger.pick([10, 1000, 100_000, 1_000_000]);
    await connection.write(stranger.head("POST", session.query, { "Content-Length": length }));
    await connection.write("4".repeat(stranger.number(length)));
    return { stays: stranger.number(2) === 0 };
  },

  async "a body that claims to be endless"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    const length = stranger.pick([1_000_001, 2 ** 31, 2 ** 53, "18446744073709551615"]);
    await connection.write(stranger.head("POST", session.query, { "Content-Length": length }), "4".repeat(70_000));
    await connection.hears(ANSWER);
  },

  async "a length that is none"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    const length = stranger.pick(["-1", "1e3", "0x10", "ten", "", "99999999999999999999999", "3, 4"]);
    await connection.write(stranger.head("POST", session.query, { "Content-Length": length }), "40");
    await connection.hears(ANSWER);
  },

  async "chunks that are none"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    await connection.write(stranger.head("POST", session.query, { "Transfer-Encoding": "chunked" }), "2\r\n40\r\n");
    await connection.write(stranger.pick(["zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "2\r\n403\r\n", "\0\0\0\0"]));
    // workerd has no answer for it, but the session has heard that the body broke off.
    while ((await stranger.get(session))?.status !== 400);
  },

  async "chunks without an end"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    await connection.write(stranger.head("POST", session.query, { "Transfer-Encoding": "chunked" }));
    for (let n = 0; n < 20 && !connection.ended; n += 1) await connection.write(`10000\r\n${"4".repeat(65_536)}\r\n`);
    await connection.hears(ANSWER); // it is too large long before the end
  },

  async "a body, a byte at a time"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    const body = '42["message",1]';
    await connection.write(stranger.head("POST", session.query, { "Content-Length": body.length }));
    const whole = stranger.number(3) > 0;
    for (const letter of whole ? body : body.slice(1)) {
      await connection.write(letter);
      await pause(stranger.number(30)); // slowness is what he does
    }
    if (whole) await connection.hears(ANSWER);
  },

  async "an upgrade that is none"(stranger) {
    const connection = await stranger.tcp();
    const wrong = stranger.pick([
      { Upgrade: "h2c" },
      { Upgrade: "websocket, h2c" },
      { Connection: "close" },
      { "Sec-WebSocket-Version": "8" },
      { "Sec-WebSocket-Key": "short" },
      { "Sec-WebSocket-Key": "" },
      { "Sec-WebSocket-Protocol": "a,".repeat(1000) },
      { "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=99" },
      { "Content-Length": 5 },
    ]);
    await connection.write(stranger.head(stranger.pick(["GET", "POST"]), stranger.pick([WS, POLL]), { ...UPGRADE, ...wrong }));
    await connection.write("hello");
    await connection.hears(ANSWER);
  },

  async "requests in a row, on one connection"(stranger) {
    const session = await stranger.session();
    const connection = await stranger.tcp();
    const post = stranger.head("POST", session.query, { "Content-Length": 1 }) + "3";
    const rows = [stranger.head("GET", POLL), post, stranger.head("GET", `${POLL}&sid=none`)];
    await connection.write(rows.join("").repeat(5));
    await connection.hears(new RegExp(`(HTTP/1.1 [^]*){${5 * rows.length}}`));
  },

  // Of no session: in a session's name Node answers all but GET and POST with an empty 500, and so does this server. And
  // only methods that workerd knows; to others it says 501 by itself.
  async "methods of all kinds"(stranger) {
    const connection = await stranger.tcp();
    const methods = ["HEAD", "DELETE", "PATCH", "OPTIONS", "PUT", "TRACE", "PROPFIND", "POST"];
    await connection.write(methods.map((method) => stranger.head(method, POLL)).join(""));
    await connection.hears(new RegExp(`(HTTP/1.1 [^]*){${methods.length}}`));
    assert.doesNotMatch(connection.received, /0\{"sid"/, "a session, and not by a GET");
  },

  async "queries that mean nothing"(stranger) {
    const odd = stranger.pick(["%", "%ff%fe", "EIO=4&EIO=4", "EIO=NaN", "sid=", "transport[]=polling", "&&&=&=", "a=".repeat(4000)]);
    await stranger.ask(`${stranger.pick(["", `${POLL}&`, `${WS}&`])}${odd}`);
    await stranger.ask(`${POLL}&t=${"x".repeat(stranger.number(30_000))}`);
  },

  async "guesses of a sid"(stranger) {
    const { sid } = await stranger.session();
    const [name, gateway] = sid.split(".");
    const near = `${name.slice(0, -1)}${name.endsWith("A") ? "B" : "A"}.${gateway}`;
    const guesses = [near, name, `${name}.`, `.${gateway}`, `${name}.any-999999`, `${sid}.${gateway}`, `${sid}%00`];
    for (const guess of guesses) {
      await stranger.ask(`${POLL}&sid=${guess}`, stranger.number(2) ? {} : { method: "POST", body: "1" });
    }
    await stranger.dial({ sid: near }).ends({ after: "anything" });
  },

  async "GETs side by side"(stranger) {
    const session = await stranger.session();
    await Promise.all(stranger.many(2 + stranger.number(20), () => stranger.get(session)));
  },

  async "POSTs side by side"(stranger) {
    const session = await stranger.session();
    const body = `42["message","${"x".repeat(stranger.number(100_000))}"]`;
    await Promise.all(stranger.many(2 + stranger.number(20), () => stranger.post(session, body)));
  },

  async "GETs that he does not wait for"(stranger) {
    for (let n = 0; n < 5; n += 1) {
      const session = await stranger.session();
      const connection = await stranger.tcp();
      await connection.write(stranger.head("GET", session.query));
      connection.cut();
      await stranger.post(session, '42["message","to nobody"]');
    }
  },

  async "answers that he does not read"(stranger) {
    const session = await stranger.session();
    const body = `42["message","${"x".repeat(200_000)}"]`;
    for (let n = 0; n < 5 + stranger.number(30); n += 1) await stranger.post(session, body);
    if (stranger.number(2)) await stranger.knock(session);
  },
};
