// What is random here: numbers from a seed, and out of them values, packets and bytes of the odd sort.

/** A generator from a seed (mulberry32): the same seed gives the same tests. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** 0 ≤ x < 1 */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below = (limit) => Math.floor(this.next() * limit);
  chance = (one, of) => this.below(of) < one;
  pick = (list) => list[this.below(list.length)];
  list = (limit, make) => Array.from({ length: this.below(limit) }, () => make());

  bytes(limit = 40) {
    return Buffer.from(this.list(this.chance(1, 50) ? 400 : limit, () => this.below(256)));
  }

  text() {
    const pieces = this.list(this.chance(1, 40) ? 60 : 4, () => this.pick(PIECES));
    return pieces.join("");
  }

  number() {
    if (this.chance(1, 2)) return this.below(200) - 50;
    if (this.chance(1, 2)) return this.pick(NUMBERS);
    const number = (this.next() - 0.5) * 10 ** (this.below(40) - 20);
    return this.chance(1, 2) ? Math.round(number) : number;
  }

  /** A value of JSON; where `binary` gives something, binary data too. */
  value(binary = () => null, depth = 0) {
    const kind = this.below(depth > 4 ? 6 : 10);
    if (kind === 0) return binary();
    if (kind === 1) return this.chance(1, 2);
    if (kind < 4) return this.number();
    if (kind < 6) return this.text();
    if (kind < 8) return this.list(4, () => this.value(binary, depth + 1));
    const entries = this.list(4, () => [this.key(), this.value(binary, depth + 1)]);
    return Object.fromEntries(entries);
  }

  key() {
    return this.chance(1, 2) ? this.pick(KEYS) : this.text();
  }

  nsp() {
    return this.chance(1, 2) ? "/" : this.pick(NAMESPACES);
  }

  id() {
    return this.pick([0, 1, 9, 12, 12345, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1, this.below(1000)]);
  }

  /** A packet as Node's encoders take it. */
  packet({ maxAttachments = 11, odd = false } = {}) {
    const type = this.pick([0, 1, 2, 2, 2, 2, 3, 3, 4]);
    const packet = { type, nsp: this.nsp() };
    if (type === 0 && this.chance(1, 2)) packet.data = { ...this.object(), sid: this.text() };
    if (type === 4) packet.data = this.chance(1, 4) ? this.text() : { message: this.text(), data: this.value() };
    if (type !== 2 && type !== 3) return packet;
    if (type === 3 || this.chance(1, 3)) packet.id = this.id();
    let left = this.chance(1, 3) ? this.below(maxAttachments + 1) : 0;
    const binary = () => (odd && this.chance(1, 2) ? this.odd() : left > 0 ? (left -= 1, this.bytes()) : null);
    packet.data = this.list(5, () => this.argument(binary));
    while (left > 0 && this.chance(3, 4)) packet.data.push(this.chance(1, 2) ? binary() : [{ x: binary() }]);
    if (type === 2) packet.data.unshift(this.name());
    return packet;
  }

  /** What msgpack has a form for, and JSON has not. */
  odd() {
    const time = this.pick([0, 1, -1, 1.7e12, -6.3e13, 8.64e15, -8.64e15, 2.5e14, this.below(2 ** 40)]);
    return this.pick([undefined, NaN, Infinity, -Infinity, new Date(time), new Uint8Array(this.bytes()).buffer]);
  }

  object() {
    return this.chance(1, 2) ? {} : { [this.key()]: this.value() };
  }

  name() {
    if (this.chance(1, 30)) return this.number();
    const name = this.chance(2, 3) ? this.pick(NAMES) : this.text();
    return this.chance(29, 30) ? name.toWellFormed() : name;
  }

  argument(binary) {
    let value = this.value(binary);
    if (this.chance(1, 100)) for (let levels = this.below(200); levels > 0; levels -= 1) value = [value];
    return value;
  }
}

const PIECES = [
  "a", "hello", "Wort", " ", "0", "42", "é", "ß", "日本", "😀", "👩‍👩‍👧", "\u2028", "\u0000", "\u001e", "\u007f", "\n", "\\", '"',
  "/", ",", "-", "[", "]", "{", "}", "b", "\ufeff", "\ufffd", "\uffff", "\ud83d", "\udc00", "_placeholder", "x".repeat(40),
];
const NUMBERS = [
  0, -0, 1, -1, 23, 127, 128, 255, 256, 65535, 65536, -32, -33, -128, -129, -32768, -32769, 2 ** 31, -(2 ** 31), 2 ** 32 - 1,
  2 ** 32, -(2 ** 31) - 1, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 2 ** 63, 2 ** 64, 1e21, -1e21, 1e300, 0.1, 0.1 + 0.2, 1 / 3, 1e-7,
  5e-324, 1.7976931348623157e308, 123456.789, 1e16, 2 ** 60, -(2 ** 62),
];
const KEYS = ["a", "b", "name", "num", "0", "10", "", "é", "_placeholder", "toString", "data", "constructor"];
const NAMES = ["a", "say", "message", "connection", "error", "", "connect ", "Connect", "toString", "0", "-1", "é😀", "a\u001eb"];
const NAMESPACES = ["/a", "/chat", "/", "/?a=b", "/é", "/😀", "/a/b", "/ x", "/#", "/0", "/\"[]", "/-1", "/a\u001e", "/\n"];
