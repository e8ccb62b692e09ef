// Keeps count of the disagreements that are known and why they are. Whatever is not known fails the test.

/** So that natively something is a violation that Node takes. */
export const refusedNatively = ({ native, node }) => native === "refused" && node !== "refused";

/**
 * A known difference has a `name`, a reason (`why`), and `explains(it)`. Of `it` that is given: `messages`, the `index` of
 * the first on which both sides disagree, that `message`, what each said to it (`native`, `node`), and `why` it was refused
 * natively. `explainsEncoded(it)` does the same for a `packet` that was encoded.
 */
export class Ledger {
  counts = new Map();

  constructor(differences) {
    this.differences = differences;
  }

  knows = (it) => this.differences.some((one) => one.explains?.(it));
  explain = (it) => this.count(this.differences.find((one) => one.explains?.(it)));
  explainEncoded = (it) => this.count(this.differences.find((one) => one.explainsEncoded?.(it)));

  count(found) {
    if (found) this.counts.set(found, (this.counts.get(found) ?? 0) + 1);
    return found !== undefined;
  }

  report(say) {
    for (const one of this.differences) say(`${this.counts.get(one) ?? 0} × ${one.name}: ${one.why}`);
  }
}
