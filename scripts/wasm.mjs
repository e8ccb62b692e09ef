// What is taken out of a module that nothing needs, and no tool takes out.
import { readFileSync, writeFileSync } from "node:fs";

/** Takes the names of functions out, a quarter of the size, which worker-build keeps for stack traces. */
export function dropNames(file) {
  rewrite(file, (sections) => sections.filter(({ kind, bytes }) => kind !== 0 || reader(bytes).text() !== "name"));
}

/**
 * Takes out what JavaScript can call of objects that it never has. `worker` has some classes, for streams say, whose methods
 * every module exports with all that they call. Only Rust makes such objects, and to hand one out it imports `new`.
 */
export function dropClasses(file) {
  const classes = /^(?:__wbg_(?:[gs]et_)?)?(intounderlying\w*?|containerstartupoptions|minifyconfig|r2range)_/;
  rewrite(file, (sections) => {
    const imported = sections.filter(({ kind }) => kind === 2).flatMap(({ bytes }) => imports(bytes));
    const isMade = (name) => imported.some((known) => known.name.startsWith(`__wbg_${name}_new`));
    const isDead = (name) => classes.test(name) && !isMade(name.match(classes)[1]);
    return sections.map((section) => (section.kind === 7 ? { kind: 7, bytes: exportsBut(section.bytes, isDead) } : section));
  });
}

function rewrite(file, change) {
  const wasm = readFileSync(file);
  const read = reader(wasm, 8); // behind the magic number and the version
  const sections = [];
  while (!read.isAtEnd()) sections.push({ kind: read.byte(), bytes: read.bytes(read.number()) });
  const parts = change(sections).flatMap(({ kind, bytes }) => [Buffer.of(kind), leb128(bytes.length), bytes]);
  writeFileSync(file, Buffer.concat([wasm.subarray(0, 8), ...parts]));
}

function imports(bytes) {
  const read = reader(bytes);
  return Array.from({ length: read.number() }, () => {
    read.text(); // the module
    return { name: read.text(), kind: read.importType() };
  });
}

/** An export section without those of these names. */
function exportsBut(bytes, isDead) {
  const read = reader(bytes);
  const kept = Array.from({ length: read.number() }, () => {
    const start = read.at();
    const name = read.text();
    read.byte(); // what it is
    read.number(); // and which
    return isDead(name) ? undefined : bytes.subarray(start, read.at());
  }).filter((one) => one !== undefined);
  return Buffer.concat([leb128(kept.length), ...kept]);
}

/** Reads what wasm is written in. */
function reader(bytes, at = 0) {
  const read = {
    at: () => at,
    isAtEnd: () => at >= bytes.length,
    byte: () => bytes[at++],
    bytes: (length) => bytes.subarray(at, (at += length)),
    text: () => read.bytes(read.number()).toString("utf8"),
    number: () => {
      for (let value = 0, shift = 0; ; shift += 7) {
        const byte = read.byte();
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    },
    limits: () => {
      const flags = read.byte();
      read.number();
      if (flags & 1) read.number();
    },
    importType: () => {
      const kind = read.byte();
      if (kind !== 0 && kind !== 2) read.byte(); // a table: of what; a global's type, or a tag's attribute
      if (kind === 1 || kind === 2) read.limits();
      else read.number(); // a function's type; whether the global changes, or the tag's type
      return kind;
    },
  };
  return read;
}

function leb128(value) {
  const bytes = [];
  do {
    bytes.push((value % 128) | (value > 127 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}

/**
 * Names functions so that `wasm-opt --reorder-functions-by-name` puts them next to others that are like them, where gzip
 * finds what they share: a thirtieth of the module, gzipped.
 */
export function nameByLikeness(file) {
  rewrite(file, (sections) => {
    const imported = sections.filter(({ kind }) => kind === 2).flatMap(({ bytes }) => imports(bytes));
    const first = imported.filter(({ kind }) => kind === 0).length;
    const read = reader(sections.find(({ kind }) => kind === 10).bytes);
    const bodies = Array.from({ length: read.number() }, () => read.bytes(read.number()));
    const places = [];
    inOrderOfLikeness(bodies).forEach((body, place) => (places[body] = place));
    const names = places.map((place, body) => {
      return Buffer.concat([leb128(first + body), text(String(place).padStart(6, "0"))]);
    });
    const map = Buffer.concat([leb128(names.length), ...names]);
    const section = { kind: 0, bytes: Buffer.concat([text("name"), Buffer.of(1), leb128(map.length), map]) };
    return [...sections.filter(({ kind, bytes }) => kind !== 0 || reader(bytes).text() !== "name"), section];
  });
}

/** One after another, each time what has the largest part of itself in what stands just before it, as gzip will look there. */
function inOrderOfLikeness(bodies) {
  const piece = 6; // bytes
  const common = 200; // what so many functions have tells nothing of them
  const windows = [28_000, 8_000, 2_000]; // gzip looks back 32 kB, and a reference to what is near costs less
  const owners = new Map();
  const pieces = bodies.map((body, index) => {
    const found = new Set();
    for (let at = 0; at + piece <= body.length; at += 1) {
      let hash = 0;
      for (let byte = at; byte < at + piece; byte += 1) hash = (Math.imul(hash, 0x01000193) ^ body[byte]) >>> 0;
      found.add(hash);
    }
    found.forEach((one) => owners.get(one)?.push(index) ?? owners.set(one, [index]));
    return [...found];
  });
  const shared = pieces.map((found) => found.filter((one) => owners.get(one).length < common));
  const known = new Float64Array(bodies.length); // how many of a function's pieces the windows have
  const looking = windows.map((size) => ({ size, length: 0, first: 0, count: new Map() }));
  const order = [];
  const left = new Set(bodies.keys());
  while (left.size > 0) {
    let [best, most] = [undefined, -1];
    for (const body of left) {
      const likeness = known[body] / (bodies[body].length + 20);
      if (likeness > most) [best, most] = [body, likeness];
    }
    left.delete(best);
    order.push(best);
    for (const window of looking) {
      const count = (body, change) => {
        window.length += change * bodies[body].length;
        for (const one of shared[body]) {
          const before = window.count.get(one) ?? 0;
          window.count.set(one, before + change);
          if (before === 0 || before + change === 0) for (const owner of owners.get(one)) known[owner] += change;
        }
      };
      count(best, 1);
      while (window.length > window.size) count(order[window.first++], -1);
    }
  }
  return order;
}

function text(text) {
  return Buffer.concat([leb128(Buffer.byteLength(text)), Buffer.from(text)]);
}
