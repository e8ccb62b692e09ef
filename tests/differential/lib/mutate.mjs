// Takes something right and makes it nearly right.

const PIECES = [
  "0", "1", "2", "3", "4", "5", "6", "7", "9", "-", ",", "/", "[", "]", "{", "}", '"', ":", " ", "\\", ".", "e", "+", "b", "=",
  "\u001e", "\n", "\t", "\u00a0", "\ufeff", "\u2028", "€", "😀", "null", "true", "\\ud800", "1e9", "0x1", "-0", "[]", "{}", "[[",
  '"_placeholder":true', '"num":0', '{"_placeholder":true,"num":0}', "1-", "0-", "99999999999999999999", "10:", "4b", "2probe",
];
const BYTES = [0, 1, 2, 4, 9, 32, 34, 127, 128, 129, 144, 160, 192, 193, 194, 196, 199, 202, 203, 207, 211, 212, 215, 217, 220, 222, 255];

/** Some changes to a list of messages: to one of them, or to their order. */
export function mutateMessages(random, messages, others) {
  const list = [...messages];
  for (let changes = 1 + random.below(3); changes > 0; changes -= 1) {
    const at = random.below(list.length);
    const kind = random.below(list.length > 1 ? 12 : 10);
    if (kind < 9) list[at] = mutate(random, list[at] ?? "", random.pick(others));
    else if (kind === 9) list.splice(at, 0, random.chance(1, 2) ? list[at] : random.pick(others));
    else if (kind === 10) list.splice(at, 1);
    else [list[at], list[0]] = [list[0], list[at]];
  }
  return list.map((message) => (typeof message === "string" ? message : harmless(message)));
}

/** Without the mark of data with a length of 32 bits, since Node's msgpack spends a minute on four gigabytes of it. */
const harmless = (bytes) => Buffer.from(bytes.map((byte) => (byte === 0xc9 ? 0xc8 : byte)));

/** One change to a text or to bytes: insert, delete, replace, truncate, repeat, splice, flip. */
export function mutate(random, message, other) {
  const isText = typeof message === "string";
  const size = message.length;
  const at = random.below(1 + (random.chance(1, 3) ? Math.min(size, 6) : size)); // heads are short and full of meaning
  const to = Math.min(size, at + 1 + random.below(random.chance(1, 4) ? 12 : 2));
  const piece = isText ? random.pick(PIECES) : Buffer.from([random.pick(BYTES)]);
  const join = (...parts) => {
    if (!isText) return Buffer.concat(parts);
    return parts.join("").toWellFormed(); // nothing else can be on the wire
  };
  const rest = message.slice(at);
  switch (random.below(8)) {
    case 0:
    case 1:
      return join(message.slice(0, at), piece, rest);
    case 2:
      return join(message.slice(0, at), message.slice(to));
    case 3:
      return join(message.slice(0, at), piece, message.slice(to));
    case 4:
      return random.chance(1, 2) ? join(message.slice(0, at)) : join(rest);
    case 5:
      return join(message.slice(0, to), rest);
    case 6: {
      const same = typeof other === typeof message ? other : message;
      return join(message.slice(0, at), same.slice(random.below(same.length + 1)));
    }
    default:
      return isText ? join(message.slice(0, at), flip(random, message, at), message.slice(at + 1)) : flipBit(random, message);
  }
}

const flip = (random, text, at) => String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.below(7)));

function flipBit(random, bytes) {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[random.below(copy.length)] ^= 1 << random.below(8);
  return copy;
}
