// Gives the same inputs to both sides and compares what they say.
import assert from "node:assert/strict";
import { seed } from "./settings.mjs";
import { shrink } from "./shrink.mjs";

/**
 * An input is a list of messages. `onNode(input)` gives what Node says to each of them, `onNative(inputs)` the same for
 * many inputs, each as `{ said, why }`. A disagreement that the ledger does not explain fails, with the smallest input.
 */
export async function compare({ inputs, onNode, onNative, ledger }) {
  const disagreements = async (inputs) => {
    const answers = await onNative(inputs);
    return inputs.map((messages, at) => disagreement(messages, answers[at], onNode(messages)));
  };
  for (const [at, it] of (await disagreements(inputs)).entries()) {
    if (it === undefined || ledger.explain(it)) continue;
    const unexplained = async (inputs) =>
      (await disagreements(inputs)).map((it) => it !== undefined && !ledger.knows(it));
    const smallest = await shrink(inputs[at], unexplained);
    const [{ native, why, node, index }] = await disagreements([smallest]);
    assert.fail(`seed ${seed}: ${show(smallest)}\nat message ${index}, natively: ${native} ${why ?? ""}\non Node: ${node}`);
  }
}

function disagreement(messages, native, node) {
  const length = Math.max(native.length, node.length);
  for (let index = 0; index < length; index += 1) {
    const { said, why } = native[index] ?? {};
    if (said === node[index]) continue;
    return { messages, index, message: messages[index], native: said, why, node: node[index], whole: native };
  }
}

export const show = (messages) =>
  `[${messages.map((message) => (typeof message === "string" ? JSON.stringify(message) : `<${message.toString("hex")}>`)).join(", ")}]`;
