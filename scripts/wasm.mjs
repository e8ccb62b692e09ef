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
    const imports = new Set(sections.filter(({ kind }) => kind === 2).flatMap(({ bytes }) => importNames(bytes)));
    const isMade = (name) => [...imports].some((known) => known.startsWith(`__wbg_${name}_new`));
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

function importNames(bytes) {
  const read = reader(bytes);
  return Array.from({ length: read.number() }, () => {
    read.text(); // the module
    const name = read.text();
    read.importType();
    return name;
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
      if (kind === 0) return read.number(); // a function: its type
      if (kind === 1) read.byte(); // a table: of what
      if (kind === 1 || kind === 2) return read.limits();
      read.byte(); // a global's type, or a tag's attribute
      return read.number(); // whether it changes, or the tag's type
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
