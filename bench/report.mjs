// The rows of single runs as Markdown. A ratio is taken between runs of one round, which are seconds apart; then the median
// over the rounds is shown, with the smallest and the largest.
import { DETAILS, SCENARIOS, TARGETS } from "./scenarios.mjs";
import { DEFAULT } from "./servers.mjs";

/** The whole report. */
export function report(result) {
  const runs = new Runs(result);
  const parts = [head(result), runs.summary(), runs.targets(), runs.details(), runs.failures(), runs.notes()];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** What README.md has of it: the servers that are there by themselves, and no others' builds. */
export function summary({ servers, rows, ...result }) {
  const kept = servers.filter(({ name }) => DEFAULT.includes(name));
  const isKept = ({ server }) => kept.some(({ name }) => name === server);
  const runs = new Runs({ ...result, servers: kept, rows: rows.filter(isKept) });
  return [head(result), runs.summary(), runs.calibration()].join("\n\n");
}

function head({ date, machine, versions }) {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date.slice(0, 10)} · ${machine} · ${names.join(", ")}`;
}

class Runs {
  constructor({ rows, servers, notes }) {
    this.rows = rows;
    this.remarks = notes;
    this.servers = servers;
    this.names = [...new Set([...servers.map(({ name }) => name), ...rows.map(({ server }) => server)])];
    this.scenarios = Object.keys(SCENARIOS).filter((name) => rows.some(({ scenario }) => scenario === name));
    const alsos = servers.filter(({ isAlso }) => isAlso).map(({ name }) => name);
    /** What is compared with what: the builds of Parlor with the peers, and other builds with this one. */
    this.subjects = this.names.filter((name) => name === "parlor" || alsos.includes(name));
    this.references = ["object", "node", ...(alsos.length > 0 ? ["parlor"] : [])].filter((name) => this.names.includes(name));
  }

  of(scenario, server) {
    return this.rows.filter((row) => row.scenario === scenario && row.server === server);
  }

  /** Of the runs that did not fail, by round: of several in a round, their median. */
  values(scenario, server, key) {
    const rounds = new Map();
    for (const row of this.of(scenario, server)) {
      if (!row.ok || !Number.isFinite(row[key])) continue;
      rounds.set(row.round, [...(rounds.get(row.round) ?? []), row[key]]);
    }
    return new Map([...rounds].map(([round, values]) => [round, median(values)]));
  }

  ratios([scenario, server, key], [otherScenario, otherServer, otherKey]) {
    const below = this.values(otherScenario, otherServer, otherKey);
    const above = [...this.values(scenario, server, key)].filter(([round]) => below.get(round) > 0);
    return above.map(([round, value]) => value / below.get(round));
  }

  summary() {
    const pairs = this.subjects.flatMap((subject) => {
      return this.references.filter((reference) => reference !== subject).map((reference) => [subject, reference]);
    });
    const lines = this.scenarios.flatMap((scenario) => {
      return SCENARIOS[scenario].figures.map((figure) => [
        [scenario, figure.title].filter(Boolean).join(" ") + `, ${figure.unit}${figure.less ? " ↓" : ""}`,
        ...this.servers.map(({ name }) => number(median([...this.values(scenario, name, figure.key).values()]), figure.digits ?? digits(figure))),
        ...pairs.map(([subject, reference]) => spread(this.ratios([scenario, subject, figure.key], [scenario, reference, figure.key]), 2)),
      ]);
    });
    const heads = ["", ...this.servers.map(({ name }) => name), ...pairs.map(([subject, reference]) => `${subject} ÷ ${reference}`)];
    return `${table(heads, lines)}\n\nMedians; ratios with (smallest–largest) of the rounds. ↓: less is better.`;
  }

  targets() {
    const lines = TARGETS.flatMap((target) => {
      return (target.server ? [target.server] : this.subjects).map((server) => this.target(target, server));
    });
    return `### Targets\n\n${table(["", "wanted", "measured", ""], lines)}`;
  }

  target({ scenario, figure, compare, ratio, reference }, server) {
    const ratios = this.ratios([scenario, server, figure], [reference.scenario, reference.server, reference.figure]);
    const { title } = SCENARIOS[scenario].figures.find(({ key }) => key === figure);
    const other = reference.scenario === scenario ? "" : ` ${reference.scenario}`;
    const middle = median(ratios);
    const isMet = compare === "≥" ? middle >= ratio : middle <= ratio;
    const verdict = middle === undefined ? "not run" : isMet ? "met" : "**missed**";
    return [`${[scenario, title].filter(Boolean).join(" ")}: ${server} ÷ ${reference.server}${other}`, `${compare} ${ratio}`, spread(ratios, 2), verdict];
  }

  details() {
    return this.scenarios.map((scenario) => this.detailsOf(scenario)).join("\n\n");
  }

  detailsOf(scenario) {
    const { what, figures, details, reference } = SCENARIOS[scenario];
    const names = this.names.filter((name) => this.of(scenario, name).length > 0);
    const references = reference ? [reference] : this.references.filter((name) => names.includes(name));
    const heads = figures.flatMap(({ title, unit }) => {
      return [[title, unit].filter(Boolean).join(" "), ...references.map((name) => `${title} × ${name}`.trim())];
    });
    const shown = details.map((key) => ({ key, digits: 0, of: (value) => value, ...DETAILS[key] }));
    const lines = names.map((name) => [
      name,
      ...figures.flatMap((figure) => [
        this.bound(scenario, name) + spread([...this.values(scenario, name, figure.key).values()], digits(figure)),
        ...references.map((other) => (other === name ? "1" : spread(this.ratios([scenario, name, figure.key], [scenario, other, figure.key]), 2))),
      ]),
      ...shown.map(({ key, digits, of }) => {
        const middle = median([...this.values(scenario, name, key).values()]);
        return number(middle === undefined ? middle : of(middle), digits);
      }),
      this.count(scenario, name),
    ]);
    return `### ${scenario}\n\n${what}.\n\n${table(["", ...heads, ...shown.map(({ title }) => title), "runs"], lines)}`;
  }

  /** Where the load generator was at its limit the server could do more. */
  bound(scenario, server) {
    return median([...this.values(scenario, server, "client_share").values()]) > 0.9 ? "≥ " : "";
  }

  count(scenario, server) {
    const rows = this.of(scenario, server);
    const failed = rows.filter(({ ok }) => !ok).length;
    return failed > 0 ? `**${failed} of ${rows.length} failed**` : String(rows.length);
  }

  failures() {
    const failed = this.rows.filter(({ ok }) => !ok);
    if (failed.length === 0) return `No run of ${this.rows.length} failed.`;
    const lines = failed.map(({ scenario, server, round, why = "it did not say why" }) => `- ${scenario}, ${server}, round ${round}: ${why}`);
    return `### Failed runs\n\n${failed.length} of ${this.rows.length}, left out of all medians.\n\n${lines.join("\n")}`;
  }

  notes() {
    return [this.calibration(), ...this.remarks].map((line) => `- ${line}`).join("\n");
  }

  calibration() {
    const times = this.rows.flatMap(({ calibrationMs = [] }) => calibrationMs);
    const isDisturbed = Math.max(...times) > 2 * Math.min(...times);
    const verdict = isDisturbed ? "the machine was disturbed, so look at the ranges" : "the wider, the more disturbed the machine";
    return `A fixed piece of work on the servers' core took ${spread(times, 1)} ms: ${verdict}.`;
  }
}

const digits = ({ less, unit }) => (less && unit !== "µs" ? 1 : 0);

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}

function number(value, digits) {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value === undefined ? "–" : value.toLocaleString("en-US", fixed);
}

/** median (smallest–largest) */
function spread(values, digits) {
  const middle = number(median(values), digits);
  if (values.length < 2) return middle;
  return `${middle} (${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)})`;
}

function table(heads, lines) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  return [row(heads), row(heads.map((_, at) => (at === 0 ? "---" : "---:"))), ...lines.map(row)].join("\n");
}
