// The smallest input on which both sides still disagree, as far as leaving things out gets.

/** `fails(inputs)` says of each whether it still fails. An input is a list of messages. */
export async function shrink(input, fails) {
  for (let budget = 60; budget > 0; budget -= 1) {
    const smaller = candidates(input);
    const results = smaller.length > 0 ? await fails(smaller) : [];
    const found = smaller.find((_, index) => results[index]);
    if (found === undefined) break;
    input = found;
  }
  return input;
}

function candidates(messages) {
  const fewer = messages.length > 1 ? messages.map((_, at) => messages.toSpliced(at, 1)) : [];
  const shorter = messages.flatMap((message, at) => shorterOnes(message).map((short) => messages.with(at, short)));
  return [...fewer, ...shorter];
}

function shorterOnes(message) {
  const isText = typeof message === "string";
  const result = [];
  for (let size = message.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= message.length; at += size) {
      const [before, after] = [message.slice(0, at), message.slice(at + size)];
      result.push(isText ? (before + after).toWellFormed() : Buffer.concat([before, after]));
    }
  }
  return result;
}
