// Fills what stands in {braces} in a text, so that a translation may put it anywhere.

/**
 * In parts: plain strings, and what was filled in, with its place's name, so that it may be shown in its own way.
 * @param {string} template
 * @param {Record<string, string>} values
 * @returns {(string | {slot: string, text: string})[]}
 */
export function parts(template, values) {
  return template
    .split(/(\{\w+\})/)
    .filter((part) => part !== "")
    .map((part) => {
      const slot = part.match(/^\{(\w+)\}$/)?.[1];
      return slot !== undefined && slot in values ? { slot, text: values[slot] } : part;
    });
}

/**
 * With what was filled in as elements of its own. Names turn no text around them: one may be right to left.
 * @param {string} template
 * @param {Record<string, string>} values
 * @param {(part: {slot: string, text: string}) => Node} show
 * @returns {(string | Node)[]}
 */
export const shown = (template, values, show) =>
  parts(template, values).map((part) => (typeof part === "string" ? part : show(part)));

/** The whole as one string. @param {string} template @param {Record<string, string>} values */
export function fill(template, values) {
  return parts(template, values)
    .map((part) => (typeof part === "string" ? part : part.text))
    .join("");
}
