// What belongs to HTTP more than to the protocol: the cookie, compression, the client's files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gunzipSync, inflateSync } from "node:zlib";
import { differs, own, startTarget } from "../support/target.mjs";
import { dial, pick, poll, request } from "../support/wire.mjs";
import { refused } from "../support/words.mjs";

const PATH = "/engine.io/";

describe("3.3 cookie", () => {
  let lab;
  before(async () => (lab = await startTarget({ cookie: "io" })));
  after(() => lab.stop());

  for (const path of ["/socket.io/", PATH]) {
    it(`comes with the first answer by polling at ${path}, and with no other`, async () => {
      const session = await poll(lab.url, path);
      assert.deepEqual(session.opened.headers["set-cookie"], [`io=${session.sid}; Path=/; HttpOnly; SameSite=Lax`]);
      const others = [await session.post("6"), await session.post("40"), await session.get()];
      for (const answer of others) assert.equal(answer.headers["set-cookie"], undefined);
    });
  }

  it("does not come with a WebSocket", async (t) => {
    const socket = dial(t, lab.url);
    await socket.next();
    assert.equal((await socket.headers)["set-cookie"], undefined);
  });

  it("does not come with a refusal", async () => {
    const answer = await request(lab.url, "EIO=3&transport=polling");
    refused(answer, 5);
    assert.equal(answer.headers["set-cookie"], undefined);
  });

  it("takes another name", async (t) => {
    const lab = await startTarget({ cookie: "my-own" });
    t.after(() => lab.stop());
    const { opened, sid } = await poll(lab.url);
    assert.deepEqual(opened.headers["set-cookie"], [`my-own=${sid}; Path=/; HttpOnly; SameSite=Lax`]);
  });

  it("is off by default", async (t) => {
    const lab = await startTarget();
    t.after(() => lab.stop());
    assert.equal((await poll(lab.url)).opened.headers["set-cookie"], undefined);
  });
});

describe("3.3 httpCompression", () => {
  let lab;
  before(async () => (lab = await startTarget()));
  after(() => lab.stop());

  const plain = { encoding: undefined, decode: (bytes) => bytes };
  const gzip = { encoding: "gzip", decode: gunzipSync };
  const NO_DEFLATE = "gzip is enough: no client without it is known";
  const deflate = differs(NO_DEFLATE, { node: { encoding: "deflate", decode: inflateSync }, parlor: plain });
  const long = "4".padEnd(1024, "x");
  const cases = [
    ["1024 bytes for gzip", long, "gzip", gzip],
    ["1023 bytes for gzip, too few", long.slice(0, -1), "gzip", plain],
    ["1024 bytes in fewer characters", `4${"ü".repeat(511)}x`, "gzip", gzip],
    ["several packets that are 1024 bytes together", `4${"x".repeat(510)}\x1e4${"y".repeat(511)}`, "gzip", gzip],
    ["1024 bytes for nobody who asked", long, undefined, plain],
    ["1024 bytes for what a browser asks", long, "gzip, deflate, br, zstd", gzip],
    ["1024 bytes for gzip among others", long, "br;q=1.0, gzip;q=0.8, *;q=0.1", gzip],
    ["1024 bytes for GZIP", long, "GZIP", gzip],
    ["1024 bytes for anything", long, "*", gzip],
    ["1024 bytes for not gzip", long, "gzip;q=0", plain],
    ["1024 bytes for identity", long, "identity", plain],
    ["1024 bytes for br alone", long, "br", plain],
    ["1024 bytes for deflate", long, "deflate", deflate],
    ["100 kB for gzip", "4".padEnd(100_000, "x"), "gzip", gzip],
  ];
  for (const [name, message, accepted, due] of cases) {
    it(name, async (t) => {
      const { encoding, decode } = own(t, due);
      const session = await poll(lab.url, PATH);
      await session.post(message);
      const answer = await session.get({ headers: accepted ? { "accept-encoding": accepted } : {} });
      assert.equal(answer.headers["content-encoding"], encoding);
      assert.equal(answer.type, "text/plain; charset=UTF-8");
      assert.equal(decode(answer.bytes).toString(), message);
    });
  }

  it("none for the answer to a POST", async () => {
    const session = await poll(lab.url, PATH);
    const answer = await session.post(long, { headers: { "accept-encoding": "gzip" } });
    assert.deepEqual([answer.body, answer.headers["content-encoding"]], ["ok", undefined]);
  });

  it("none where it is switched off", async (t) => {
    const lab = await startTarget({ httpCompression: false });
    t.after(() => lab.stop());
    const session = await poll(lab.url, PATH);
    await session.post(long);
    const answer = await session.get({ headers: { "accept-encoding": "gzip" } });
    assert.deepEqual([answer.body, answer.headers["content-encoding"]], [long, undefined]);
  });
});

describe("5.2 headers for old Internet Explorers", () => {
  for (const agent of ["Mozilla/5.0 (Windows NT 6.1; Trident/7.0) like Gecko", "Mozilla/4.0 (compatible;MSIE 8.0)"]) {
    it(`X-XSS-Protection: 0 for ${agent}`, async (t) => {
      const lab = await startTarget();
      t.after(() => lab.stop());
      const { opened } = await poll(lab.url, PATH, { headers: { "user-agent": agent } });
      const due = differs("no browser of today reads it", { node: "0", parlor: undefined });
      assert.equal(opened.headers["x-xss-protection"], own(t, due));
    });
  }
});

describe("3.3 serveClient", () => {
  let lab;
  before(async () => (lab = await startTarget()));
  after(() => lab.stop());

  const dist = join(dirname(createRequire(import.meta.url).resolve("socket.io/package.json")), "client-dist");
  const scripts = ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"];
  const files = scripts.flatMap((name) => [name, `${name}.map`]);
  const file = (name, options) => request(lab.url, undefined, { path: `/socket.io/${name}`, ...options });

  for (const name of files) {
    it(`${name} is there, with its type, and to be asked for again`, async () => {
      const answer = await file(name);
      assert.equal(answer.status, 200);
      assert.equal(answer.type, `application/${name.endsWith(".map") ? "json" : "javascript"}; charset=utf-8`);
      assert.equal(answer.headers.etag, '"4.8.4"');
      assert.equal(answer.cache, "public, max-age=0");
      assert.ok(answer.bytes.equals(readFileSync(join(dist, name))));
    });

    for (const tag of ['"4.8.4"', 'W/"4.8.4"']) {
      it(`${name} is not modified for who has ${tag}`, async () => {
        const answer = await file(name, { headers: { "if-none-match": tag } });
        assert.deepEqual(pick(answer), { status: 304, body: "" });
      });
    }
  }

  it("is sent anew to who has another version", async () => {
    const answer = await file(files[0], { headers: { "if-none-match": '"4.8.3"' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.etag, '"4.8.4"');
  });

  it("ignores a query", async () => {
    assert.equal((await file(`${files[1]}?v=1`)).status, 200);
  });

  it("no other file is there: below the path is Engine.IO", async () => {
    refused(await file("nothing.js"), 0);
    assert.equal((await file("nothing.js?EIO=4&transport=polling")).body.slice(0, 8), '0{"sid":');
  });

  it("is compressed for who takes gzip", async (t) => {
    const due = differs("Cloudflare's edge compresses static files by itself", { node: "gzip", parlor: undefined });
    const answer = await file(files[1], { headers: { "accept-encoding": "gzip" } });
    assert.equal(answer.headers["content-encoding"], own(t, due));
  });
});
