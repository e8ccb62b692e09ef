// Pictures and files: how they get into a message, over a bad line as well, and out of it again.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { png } from "../support/png.mjs";
import { comeIn } from "./guest.mjs";
import { eventually, parlor } from "./people.mjs";

const house = parlor();
const { visit, arrive } = house;

const PART = 256 * 1024;
const sunset = png(160, 120, (x, y) => [255 - y, 120 + x / 2, 80 + y]);
const night = png(120, 160, (x, y) => [y / 2, x / 3, 90 + x]);
const file = (name, mimeType, buffer) => ({ name, mimeType, buffer });

/** Files in the page, as a person gives them: pasted into the field, or dropped on the talk. */
function give(person, how, files) {
  const given = files.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, bytes: [...buffer] }));
  return person.page.evaluate(([how, given]) => {
    const carried = new DataTransfer();
    for (const { name, type, bytes } of given) carried.items.add(new File([new Uint8Array(bytes)], name, { type }));
    const options = { bubbles: true, cancelable: true };
    if (how === "paste") {
      document.querySelector("#composer textarea").dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: carried }));
      return;
    }
    const event = new DragEvent(how, { ...options, dataTransfer: carried });
    document.querySelector("#log-region").dispatchEvent(event);
    return event.defaultPrevented;
  }, [how, given]);
}

const attachments = (person) => person.at("attachment").evaluateAll((all) => all.map((one) => [one.querySelector(".name").textContent, one.dataset.state]));
const isDrawn = (picture) => eventually(() => picture.locator("img").evaluateAll((all) => all.map((img) => img.complete && img.naturalWidth > 0)), [true]);

/** Presses on something that saves a file, and gives its name and bytes. */
async function saved(person, press) {
  const [download] = await Promise.all([person.page.waitForEvent("download"), press()]);
  return [download.suggestedFilename(), await readFile(await download.path())];
}

it("a picture that was chosen is seen by the other, large in the viewer, and saved as it is", async (t) => {
  const ann = await arrive(t, "Ann Picture", { room: "pictures" });
  const bob = await arrive(t, "Bob Picture", { room: "pictures" });
  await ann.at("files").setInputFiles([file("sunset.png", "image/png", sunset), file("night.png", "image/png", night)]);
  await eventually(() => attachments(ann), [["sunset.png", "ready"], ["night.png", "ready"]]);
  await ann.say("From the roof");
  await ann.sees([["Ann Picture", "From the roof", "sent"]]);
  await eventually(() => ann.at("attachments").isVisible(), false);
  for (const person of [ann, bob]) for (const at of [0, 1]) await isDrawn(person.at("picture").nth(at));

  await bob.at("picture").first().click();
  const viewer = bob.at("viewer");
  await isDrawn(viewer);
  assert.equal(await viewer.locator(".name").textContent(), "sunset.png");
  assert.deepEqual(await saved(bob, () => viewer.getByRole("button", { name: "Save sunset.png" }).click()), ["sunset.png", sunset]);
  await bob.page.keyboard.press("ArrowRight");
  await eventually(() => viewer.locator("img").getAttribute("alt"), "night.png");
  await isDrawn(viewer);
  await bob.page.keyboard.press("Escape");
  await viewer.waitFor({ state: "detached" });
  assert.equal(await bob.at("picture").first().evaluate((button) => button === document.activeElement), true, "the focus is back");
});

it("pasted and dropped pictures go out too, also without a word", async (t) => {
  const ann = await arrive(t, "Ann Paste", { room: "paste" });
  const bob = await arrive(t, "Bob Paste", { room: "paste" });
  await give(ann, "paste", [file("image.png", "image/png", sunset)]);
  await eventually(() => attachments(ann), [["image.png", "ready"]]);
  await ann.at("send").click();
  await isDrawn(bob.at("picture").first());

  await give(ann, "dragenter", [file("night.png", "image/png", night)]);
  assert.equal(await ann.at("drop").isVisible(), true);
  assert.equal(await ann.at("drop").textContent(), "Let go to attach");
  assert.equal(await give(ann, "dragover", [file("night.png", "image/png", night)]), true, "it may be dropped here");
  await give(ann, "drop", [file("night.png", "image/png", night), file("notes.txt", "text/plain", Buffer.from("one\n"))]);
  assert.equal(await ann.at("drop").isVisible(), false);
  await eventually(() => attachments(ann), [["night.png", "ready"], ["notes.txt", "ready"]]);
  await ann.at("detach").last().click();
  await eventually(() => attachments(ann), [["night.png", "ready"]]);
  await ann.at("composer").press("Enter");
  await isDrawn(bob.at("picture").nth(1));
  assert.equal(await bob.at("file").count(), 0, "what was taken out stays out");
});

it("one sees how far a file is, and the other gets the same bytes", async (t) => {
  const ann = await arrive(t, "Ann Bytes", { room: "bytes" });
  const bob = await arrive(t, "Bob Bytes", { room: "bytes" });
  const bytes = randomBytes(6 * PART + 12_345);
  await ann.page.evaluate(() => {
    window.seen = [];
    const look = () => document.querySelectorAll("#attachments progress, .message progress").forEach(({ value }) => window.seen.push(value));
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["value"] });
  });
  await ann.at("files").setInputFiles([file("archive <1>.bin", "application/octet-stream", bytes)]);
  await ann.say("All of it"); // at once: it goes when the file is up
  await ann.sees([["Ann Bytes", "All of it", "sent"]]);
  const seen = await ann.page.evaluate(() => window.seen);
  assert.ok(seen.some((value) => value > 0 && value < 1), `on the way: ${seen}`);
  assert.deepEqual(seen, seen.toSorted((a, b) => a - b), "it only grows");
  await bob.at("file").getByText("1.6 MB").waitFor();
  assert.deepEqual(await saved(bob, () => bob.at("file").click()), ["archive _1_.bin", bytes]);
});

it("a file that is too large, or empty, is told so kindly, and the rest goes", async (t) => {
  const ann = await arrive(t, "Ann Large", { room: "large" });
  await ann.at("files").setInputFiles([
    file("film.mkv", "video/x-matroska", Buffer.alloc(10 * 1024 * 1024 + 1)), file("nothing.txt", "text/plain", Buffer.alloc(0)),
    file("small.txt", "text/plain", Buffer.from("small")),
  ]);
  await eventually(() => attachments(ann), [["film.mkv", "failed"], ["nothing.txt", "failed"], ["small.txt", "ready"]]);
  const says = (at) => ann.at("attachment").nth(at).locator(".how").textContent();
  assert.deepEqual([await says(0), await says(1)], ["That file is too large: 10 MB at most.", "That file is empty."]);
  await ann.say("at least this");
  await ann.sees([["Ann Large", "at least this", "sent"]]);
  assert.deepEqual(await ann.at("file").locator(".name").allTextContents(), ["small.txt"]);
  await eventually(() => attachments(ann), [["film.mkv", "failed"], ["nothing.txt", "failed"]]);
  for (let left = 2; left > 0; left -= 1) await ann.at("detach").first().click();
  await eventually(() => ann.at("attachments").isVisible(), false);

  await ann.at("files").setInputFiles(Array.from({ length: 11 }, (_, i) => file(`${i}.txt`, "text/plain", Buffer.from("x"))));
  await ann.isTold("That is too many files for one message.");
  assert.equal(await ann.at("attachment").count(), 10);
});

it("an upload goes on over a connection that breaks, from where it was", async (t) => {
  const ann = await visit(t, { room: "broken", network: false });
  const parts = [];
  let breaks = 0;
  await ann.page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    let here = 0;
    socket.onMessage(async (frame) => {
      if (typeof frame !== "string" && (here += 1) === 3 && breaks < 2) {
        breaks += 1; // in the middle of a part
        await server.close();
        await socket.close();
        return;
      }
      const [, part] = (typeof frame === "string" && frame.match(/^45\d*-\d*\["upload",.*"part":(\d+)/)) || [];
      if (part) parts.push(Number(part));
      server.send(frame);
    });
    server.onMessage((frame) => socket.send(frame));
  });
  await ann.open();
  await ann.enter("Ann Broken");
  await ann.isIn("broken");
  await ann.isUpgraded();
  const bob = await arrive(t, "Bob Broken", { room: "broken" });
  const bytes = randomBytes(8 * PART);
  await ann.at("files").setInputFiles([file("long.bin", "application/octet-stream", bytes)]);
  await ann.say("Over hill and dale");
  await ann.sees([["Ann Broken", "Over hill and dale", "sent"]]);
  assert.equal(breaks, 2);
  assert.ok(parts.length <= 8 + breaks, `only what was lost went again: ${parts}`);
  assert.deepEqual(await saved(bob, () => bob.at("file").click()), ["long.bin", bytes]);
});

it("with a message that was removed its files are gone", async (t) => {
  const ann = await arrive(t, "Ann Removes", { room: "removed" });
  const bob = await arrive(t, "Bob Removes", { room: "removed" });
  const guest = await comeIn(t, house.url, "Eve Removes", { rooms: ["removed"] });
  await ann.at("files").setInputFiles([file("oops.png", "image/png", sunset)]);
  await ann.say("Oops");
  await isDrawn(bob.at("picture"));
  const [{ data }] = await guest.next("said");
  const wanted = { file: data.files[0].id, part: 0 };
  assert.deepEqual(Buffer.from(await guest.ask("download", wanted)), sunset);
  await ann.sees([["Ann Removes", "Oops", "sent"]]);
  await ann.act("Oops", "remove");
  await ann.at("really-remove-yes").click();
  await bob.seesTexts("This message was removed.");
  for (const person of [ann, bob]) assert.equal(await person.at("picture").count(), 0);
  assert.ok((await guest.ask("download", wanted)).error, "nor does the server give it");
});

it("what calls itself a picture and is none is told so, and does no harm", async (t) => {
  const ann = await arrive(t, "Ann Fake", { room: "fake" });
  const bob = await arrive(t, "Bob Fake", { room: "fake" });
  const page = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='window.hacked=1'><script>window.hacked=1</script></svg>");
  await ann.at("files").setInputFiles([file("lie.png", "image/png", page), file("drawing.svg", "image/svg+xml", page)]);
  await ann.say("Look");
  await bob.at("picture").waitFor();
  assert.deepEqual(await bob.at("file").locator(".name").allTextContents(), ["drawing.svg"], "an SVG is a document");
  await bob.at("picture").getByText("This is no picture that can be shown. It can be saved.").waitFor();
  assert.deepEqual(await saved(bob, () => bob.at("picture").click()), ["lie.png", page]);
  assert.deepEqual(await saved(bob, () => bob.at("file").click()), ["drawing.svg", page]);
  for (const person of [ann, bob]) assert.equal(await person.page.evaluate(() => window.hacked), undefined);
});
