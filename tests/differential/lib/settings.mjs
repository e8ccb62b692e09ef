// DIFFERENTIAL_CASES: how many packets are generated, and how many mutated. DIFFERENTIAL_SEED: which ones.
const cases = Number(process.env.DIFFERENTIAL_CASES ?? 100_000);
export const seed = Number(process.env.DIFFERENTIAL_SEED ?? 1);
export const share = (part) => Math.ceil(cases * part);
console.log(`DIFFERENTIAL_SEED=${seed} DIFFERENTIAL_CASES=${cases}`);

/** So that what is asked and answered fits the memory. */
export async function inBatches(cases, batch) {
  for (let left = cases; left > 0; left -= 2000) await batch(Math.min(left, 2000));
}
