// The official Admin UI, as it is on npm, in a browser: it looks at the lab on two Gateways, and acts on it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../../scripts/lib.mjs";
import { launch } from "../support/browser.mjs";
import { WEBSOCKET, call, client, clients, connected, eventually, gatewayOf, next } from "../support/clients.mjs";
import { startLab } from "../support/lab.mjs";

const PASSWORD = "a password for tests";
const FILES = join(root, "node_modules/@socket.io/admin-ui/ui/dist");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png" };
const PICTURES = process.env.SCREENSHOTS && join(root, "docs/screenshots");

/** The UI's files, at an origin of their own, as at admin.socket.io. */
async function serveUi() {
  const server = createServer(async (request, response) => {
    const path = request.url === "/" ? "/index.html" : new URL(request.url, "http://ui").pathname;
    const file = await readFile(join(FILES, path)).catch(() => undefined);
    response.writeHead(file ? 200 : 404, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(file);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

describe("the official Admin UI", () => {
  let ui, browser;
  before(async () => ([ui, browser] = await Promise.all([serveUi(), launch()])));
  after(async () => {
    await browser?.close();
    ui?.close();
  });

  async function lab(t, admin = {}) {
    const cors = { origin: ui.url, credentials: true };
    const lab = await startLab({ gateways: 2, cors, admin: { password: PASSWORD, ...admin } });
    t.after(() => lab.stop());
    return lab;
  }

  async function open(t) {
    const context = await browser.newContext({ viewport: { width: 1360, height: 800 }, reducedMotion: "reduce" });
    t.after(() => context.close());
    await context.route((url) => url.hostname !== "127.0.0.1", (route) => route.abort()); // its fonts
    const page = await context.newPage();
    await page.goto(ui.url);
    return {
      page,
      async logIn(url, password) {
        const fill = (label, text) => page.locator(".v-dialog .v-text-field", { hasText: label }).locator("input").fill(text);
        await fill("Server URL", url);
        await fill("Username", "admin");
        await fill("Password", password);
        await page.getByRole("button", { name: "Connect" }).click();
      },
      /** Goes to one of its pages, and waits until there is this text. */
      async shows(path, text) {
        await page.evaluate((path) => (location.hash = path), path);
        await page.locator("main").getByText(text, { exact: true }).filter({ visible: true }).first().waitFor();
      },
      row: (text) => page.locator("main tbody tr", { hasText: text }),
      async picture(name) {
        if (!PICTURES) return;
        await page.waitForFunction(() => document.getAnimations().length === 0);
        await page.screenshot({ path: join(PICTURES, `admin-${name}.png`) });
      },
    };
  }

  it("shows sockets, rooms, events and servers of all Gateways, and disconnects a socket", async (t) => {
    const { url } = await lab(t);
    const [ann, bob] = await clients(t, url, 2);
    await call(ann, "join", "tea");
    const look = await open(t);
    await look.logIn(url, "wrong");
    await look.page.getByText("Invalid credentials").waitFor();
    await look.logIn(url, PASSWORD);
    await look.page.locator(".v-dialog").waitFor({ state: "hidden" });

    // Who was there before, and who comes while it looks, on either Gateway.
    const [carl, dora] = await clients(t, url, 2);
    assert.equal(new Set([ann, bob, carl, dora].map(gatewayOf)).size, 2);
    for (const socket of [ann, bob, carl, dora]) await look.shows("/sockets/", socket.id);
    await call(dora, "join", "tea");
    await call(bob, "echo", "good evening");
    bob.emit("all", "tea", "the kettle is on");
    await look.shows("/rooms/", "tea");
    await eventually("both are in the room", async () => /tea.*\b2\b/s.test(await look.row("tea").textContent()));
    await look.shows("/events/", "echo");
    await look.shows("/events/", "msg");
    await look.row("Room joined").first().waitFor();
    await look.picture("events");
    for (const name of ["any-0", "any-1"]) await look.shows("/servers/", name);
    await look.shows(`/n/%2F/sockets/${ann.id}`, ann.id);
    await look.shows("/", "Servers");
    await eventually("five clients are counted", async () => /WebSocket\s+5\s/.test(await look.page.locator("main").innerText()));
    await look.picture("dashboard");

    const { id } = bob; // which it has no more when it is disconnected
    await look.shows("/sockets/", id);
    const gone = next(bob, "disconnect");
    await look.row(id).getByRole("button").click(); // on which the UI goes to the socket's own page
    assert.equal((await gone)[0], "io server disconnect");
    await look.shows("/sockets/", ann.id);
    await eventually("it is not in the list any more", async () => (await look.row(id).count()) === 0);
    assert.equal(ann.connected && carl.connected && dora.connected, true);

    await look.page.reload(); // by its session, without the password
    await look.shows("/sockets/", ann.id);
    assert.equal(await look.page.locator(".v-dialog").isVisible(), false);
  });

  it("that may only look offers nothing, and whoever asks all the same is not heard", async (t) => {
    const { url } = await lab(t, { readonly: true });
    const [ann] = await clients(t, url, 1);
    const look = await open(t);
    await look.logIn(url, PASSWORD);
    await look.shows("/sockets/", ann.id);
    assert.equal(await look.row(ann.id).getByRole("button").count(), 0);
    const admin = await connected(client(t, url, WEBSOCKET, { nsp: "/admin", auth: { username: "admin", password: PASSWORD } }));
    admin.emit("join", "/", "tea", ann.id);
    admin.emit("emit", "/", "", "hello");
    admin.emit("_disconnect", "/", true, ann.id);
    await next(admin, "server_stats"); // which come behind what it asked for
    assert.deepEqual(await call(ann, "rooms"), [[ann.id]]);
  });

  it("is told that there is nothing for it where there is no password", async (t) => {
    const { url } = await lab(t, { password: undefined });
    const look = await open(t);
    await look.logIn(url, PASSWORD);
    await look.page.getByText("Invalid namespace").waitFor();
  });
});
