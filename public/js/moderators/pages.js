// What comes page by page, from the newest to the oldest, and live: messages of a room, entries of the log.

/**
 * Sorted by `seq`, without holes; `more`: there are older ones.
 * @template {{seq: number}} Item
 * @typedef {{items: Item[], more: boolean}} Pages
 */

/** @returns {Pages<any>} */
export const noPages = () => ({ items: [], more: false });

/** @template {{seq: number}} Item @param {Item[]} old @param {Item[]} newer of two with one number this one counts */
function union(old, newer) {
  const all = new Map([...old, ...newer].map((item) => [item.seq, item]));
  return [...all.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * The newest page, again. What is older than a hole between it and what was there is let go: it can be asked for.
 * @template {{seq: number}} Item
 * @param {Pages<Item>} pages
 * @param {Pages<Item>} newest
 * @returns {Pages<Item>}
 */
export function withNewest(pages, newest) {
  const seqs = new Set(pages.items.map(({ seq }) => seq));
  let from = Math.min(...newest.items.map(({ seq }) => seq));
  const page = from;
  while (seqs.has(from - 1)) from -= 1;
  const kept = pages.items.filter(({ seq }) => seq >= from);
  return { items: union(kept, newest.items), more: from < page ? pages.more : newest.more };
}

/**
 * @template {{seq: number}} Item
 * @param {Pages<Item>} pages
 * @param {Pages<Item>} older
 * @returns {Pages<Item>}
 */
export const withOlder = (pages, older) => ({ items: union(older.items, pages.items), more: older.more });

/**
 * @template {{seq: number}} Item
 * @param {Pages<Item>} pages
 * @param {Item} item
 * @returns {Pages<Item>}
 */
export const withOne = (pages, item) => ({ items: union(pages.items, [item]), more: pages.more });

/** The number to ask for older ones with. @param {Pages<{seq: number}>} pages */
export const oldest = (pages) => pages.items[0]?.seq;
