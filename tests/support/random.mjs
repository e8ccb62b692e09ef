// Chance that comes out the same for the same seed: `const dice = random(1)`, then `dice()` is a number from 0 up to 1.
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0; // mulberry32
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
