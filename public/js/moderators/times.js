// Times in words, and how long something is to last.

import { words } from "./words.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MOST_MINUTES = 525_600; // a year

/** How long one is muted or banned, to choose from, in minutes. */
export const CHOICES = [5, 30, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60];

/** From the largest: a duration is told in the first of these that it is a whole number of. */
const UNITS = /** @type {const} */ ([
  ["week", 7 * 24 * 60],
  ["day", 24 * 60],
  ["hour", 60],
  ["minute", 1],
]);

/** 90 → "90 minutes", 1440 → "1 day"; @param {number} minutes @param {string} [language] */
export function duration(minutes, language = words.language) {
  const [unit, size] = UNITS.find(([, size]) => minutes % size === 0) ?? UNITS[UNITS.length - 1];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(minutes / size);
}

/** What somebody typed as minutes; null if it is no such number. @param {string} text */
export function minutesIn(text) {
  const typed = text.trim();
  const minutes = /^\d{1,6}$/.test(typed) ? Number(typed) : 0;
  return minutes >= 1 && minutes <= MOST_MINUTES ? minutes : null;
}

/** @param {number} at @param {number} now @param {string} [language] */
export function ago(at, now, language = words.language) {
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const minutes = Math.max(0, Math.floor((now - at) / MINUTE)); // another's clock may be ahead
  if (minutes < 1) return relative.format(0, "second");
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), "hour");
  return relative.format(-Math.floor(minutes / (24 * 60)), "day");
}

/** The end of something: its time if that is within half a day, so that nobody takes tomorrow for today; else its day too. @param {number} at @param {number} now @param {string} [locale] */
export function moment(at, now, locale) {
  const near = Math.abs(at - now) < DAY / 2;
  return new Intl.DateTimeFormat(locale, near ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** In full. @param {number} at @param {string} [locale] */
export const full = (at, locale) => new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" }).format(at);

/** 1536 → "1.5 kB"; @param {number} bytes @param {string} [language] */
export function size(bytes, language = words.language) {
  const [unit, by] = bytes < 1000 ? ["byte", 1] : bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const unitDisplay = unit === "byte" ? "long" : "short";
  return new Intl.NumberFormat(language, { style: "unit", unit: String(unit), unitDisplay, maximumFractionDigits: 1 }).format(bytes / Number(by));
}
