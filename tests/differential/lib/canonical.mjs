// Packets of both sides in one form, a text that can be compared: JSON with sorted keys, and bytes as hex.

/** With `attachments`, placeholders become the bytes that they stand for. */
export function canonical(value, attachments = []) {
  if (value instanceof ArrayBuffer) return `<${Buffer.from(value).toString("hex")}>`;
  if (Buffer.isBuffer(value)) return `<${value.toString("hex")}>`;
  if (Array.isArray(value)) return `[${Array.from(value, (element) => canonical(element, attachments) ?? "null")}]`;
  if (typeof value === "number") return JSON.stringify(value); // -0 is 0, NaN null
  if (value === undefined) return undefined;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (value instanceof Date) return JSON.stringify(value);
  if (attachments.length > 0 && Object.hasOwn(value, "_placeholder") && value._placeholder === true) {
    return canonical(attachments[value.num]);
  }
  const entries = Object.keys(value).sort().map((key) => [key, canonical(value[key], attachments)]);
  return `{${entries.filter(([, text]) => text !== undefined).map(([key, text]) => `${JSON.stringify(key)}:${text}`)}}`;
}

/** A packet of Node's decoders; "nothing" for one without effect. */
export function fromNode({ type, nsp, id, data }) {
  if (type === 2 && (data === undefined || data.length === 0)) return "nothing";
  if (type === 3 && id === undefined) return "nothing";
  if (type === 3) data ??= [];
  if (type === 2) data = [name(data[0]), ...data.slice(1)];
  if (type !== 2 && type !== 3) id = undefined; // read, and without a meaning
  return text(type, nsp, id, canonical(data));
}

/** A step of the native side. */
export function fromNative(step) {
  if (step === "nothing") return step;
  if (step.refused !== undefined) return "refused";
  const { type, nsp, id, args, attachments, data } = step.packet;
  if (type !== 2 && type !== 3) return text(type, nsp, undefined, data === null ? undefined : canonical(JSON.parse(data)));
  const list = JSON.parse(`[${args}]`);
  if (type === 2) list.unshift(name(step.packet.name));
  return text(type, nsp, id, canonical(list, attachments.map(({ b }) => Buffer.from(b, "base64"))));
}

const text = (type, nsp, id, data) => `${type} ${JSON.stringify(nsp)} ${id == null ? "" : Number(id)} ${data ?? ""}`;

/** A name may be a number, which natively is its text. */
function name(name) {
  return typeof name === "number" || /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(name) ? Number(name) : name;
}
