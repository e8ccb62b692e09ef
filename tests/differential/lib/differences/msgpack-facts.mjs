// What is odd about some msgpack that Node could read: what is lost in the value that comes out of it.

export function facts(bytes) {
  const found = { keys: new Set(), oddKeys: false, binaries: 0, depth: 0 };
  let at = 0;
  const length = (width) => {
    at += width;
    return bytes.readUIntBE(at - width, width);
  };
  const skip = (size) => void (at += size);
  const binary = (size) => {
    found.binaries += 1;
    skip(size);
  };
  const list = (size, level) => {
    for (let left = size; left > 0; left -= 1) value(level + 1);
  };
  const map = (size, level) => {
    for (let left = size; left > 0; left -= 1) {
      const from = at;
      const isText = value(level + 1) === "text";
      if (isText) found.keys.add(bytes.subarray(from, at).toString("latin1").replace(/^[\xa0-\xbf]|^\xd9./s, ""));
      found.oddKeys ||= !isText;
      value(level + 1);
    }
  };
  const value = (level) => {
    found.depth = Math.max(found.depth, level);
    const head = bytes[at];
    skip(1);
    if (head >= 0xa0 && head <= 0xbf) return skip(head & 0x1f), "text";
    if (head >= 0xd9 && head <= 0xdb) return skip(length(1 << (head - 0xd9))), "text";
    if (head >= 0x80 && head <= 0x8f) map(head & 0x0f, level);
    else if (head >= 0x90 && head <= 0x9f) list(head & 0x0f, level);
    else if (head >= 0xc4 && head <= 0xc6) binary(length(1 << (head - 0xc4)));
    else if (head >= 0xc7 && head <= 0xc9) binary(length(1 << (head - 0xc7)) + 1);
    else if (head >= 0xca && head <= 0xcb) skip(4 << (head - 0xca));
    else if (head >= 0xcc && head <= 0xcf) skip(1 << (head - 0xcc));
    else if (head >= 0xd0 && head <= 0xd3) skip(1 << (head - 0xd0));
    else if (head >= 0xd4 && head <= 0xd8) skip(1 + (1 << (head - 0xd4)));
    else if (head >= 0xdc && head <= 0xdd) list(length(2 << (head - 0xdc)), level);
    else if (head >= 0xde && head <= 0xdf) map(length(2 << (head - 0xde)), level);
  };
  value(-1);
  return found;
}
