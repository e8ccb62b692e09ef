import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { PART_BYTES, createDownloads, createUploads, isPicture, pictureType } from "../../public/js/files.js";
import { Failure } from "../../public/js/problem.js";
import { ADA, browser } from "./support.mjs";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function uploading({ online = true, answer = () => null } = {}) {
  const server = { online, answer, parts: [] };
  const around = browser().tab();
  let changed = () => {};
  const uploads = createUploads({
    async request(event, { file, part, bytes }) {
      assert.equal(event, "upload");
      const failure = server.answer(part);
      if (failure) throw failure;
      server.parts.push({ file, part, size: bytes.byteLength });
    },
    me: () => ADA.id,
    online: () => server.online,
    changed: () => changed(),
    around,
  });
  const until = (what) => new Promise((done) => {
    changed = () => what() && done();
    changed();
  });
  return { server, uploads, until, around };
}

const file = (size, name = "a.bin", type = "application/zip") => new File([new Uint8Array(size)], name, { type });

test("goes up in parts, in order, and says how far it is", async () => {
  const { server, uploads, until } = uploading();
  const attachment = uploads.add(file(PART_BYTES * 2 + 5));
  assert.equal(uploads.files([attachment.key]), null);
  const seen = new Set();
  await until(() => (seen.add(attachment.progress), attachment.state === "ready"));
  assert.deepEqual(server.parts.map(({ part, size }) => [part, size]), [[0, PART_BYTES], [1, PART_BYTES], [2, 5]]);
  assert.match(server.parts[0].file, new RegExp(`^${ADA.id}-[\\w-]{22}$`));
  assert.deepEqual([...seen], [0, 1 / 3, 2 / 3, 1]);
  const { id } = server.parts[0];
  assert.deepEqual(uploads.files([attachment.key]), [{ id: server.parts[0].file, name: "a.bin", type: "application/zip", size: PART_BYTES * 2 + 5, parts: 3 }], id);
});

test("goes on with the part at which the connection was lost", async () => {
  let fails = true;
  const { server, uploads, until } = uploading({ answer: (part) => (part === 1 && fails ? new Failure("offline") : null) });
  const attachment = uploads.add(file(PART_BYTES + 1));
  await until(() => attachment.state === "waiting" && attachment.progress > 0);
  server.online = false;
  fails = false;
  server.online = true;
  uploads.resume();
  await until(() => attachment.state === "ready");
  assert.deepEqual(server.parts.map(({ part }) => part), [0, 1]);
});

test("too large, empty, refused; retried", async () => {
  let fails = true;
  const { uploads, until } = uploading({ answer: () => (fails ? new Failure("bad file", "No.") : null) });
  assert.equal(uploads.add(file(0)).problem.code, "file empty");
  assert.equal(uploads.add(file(40 * PART_BYTES + 1)).problem.code, "file too large");
  const attachment = uploads.add(file(3));
  await until(() => attachment.state === "failed");
  assert.equal(uploads.files([attachment.key]).code, "bad file");
  fails = false;
  uploads.retry(attachment.key);
  await until(() => attachment.state === "ready");
  assert.equal(uploads.files(["gone"]).code, "file lost");
});

test("a picture has a preview, which goes with it", () => {
  const { uploads, around } = uploading({ online: false });
  const attachment = uploads.add(file(3, "a.png", "image/png"));
  assert.ok(around.urls.has(attachment.preview));
  uploads.remove(attachment.key);
  assert.equal(around.urls.size, 0);
  assert.equal(uploads.add(file(3, "a.svg", "image/svg+xml")).preview, null);
});

test("what is a picture", () => {
  assert.equal(isPicture({ type: "image/png" }), true);
  for (const type of ["image/svg+xml", "text/html", ""]) assert.equal(isPicture({ type }), false);
  assert.equal(pictureType(new Uint8Array(PNG)), "image/png");
  assert.equal(pictureType(new TextEncoder().encode("<svg onload=…")), null);
  assert.equal(pictureType(new TextEncoder().encode("RIFF1234WEBPVP8 ")), "image/webp");
});

function downloading(answer) {
  const around = browser().tab();
  const downloads = new Map();
  const request = mock.fn(async (_event, { part }) => answer(part));
  const { get } = createDownloads({ request, downloads, changed: () => {}, around });
  return { around, downloads, request, get };
}

test("comes down, each part once, as what its bytes are", async () => {
  const parts = [new Uint8Array(PNG).buffer, new Uint8Array([1, 2]).buffer];
  const { around, downloads, request, get } = downloading((part) => parts[part]);
  const png = { id: "f", name: "a.png", type: "image/png", size: 10, parts: 2 };
  const [url, again] = await Promise.all([get(png), get(png)]);
  assert.equal(url, again);
  assert.equal(request.mock.callCount(), 2);
  assert.deepEqual(downloads.get("f"), { state: "ready", progress: 1, url, problem: null });
  const blob = around.urls.get(url);
  assert.deepEqual([...new Uint8Array(await blob.arrayBuffer())], [...PNG, 1, 2]);
  assert.equal(blob.type, "image/png");
});

test("what only says that it is a picture, or is none, is bytes", async () => {
  for (const type of ["image/png", "text/html", "image/svg+xml"]) {
    const { around, get } = downloading(() => new TextEncoder().encode("<script>").buffer);
    const url = await get({ id: type, name: "x", type, size: 8, parts: 1 });
    assert.equal(around.urls.get(url).type, "application/octet-stream");
  }
});

test("a download that fails says so, and may be tried again", async () => {
  let fails = true;
  const { downloads, get } = downloading(() => {
    if (fails) throw new Failure("no such file", "Gone.");
    return new ArrayBuffer(1);
  });
  const one = { id: "f", name: "x", type: "a/b", size: 1, parts: 1 };
  await assert.rejects(get(one));
  assert.equal(downloads.get("f").problem.code, "no such file");
  fails = false;
  assert.ok(await get(one));
});
