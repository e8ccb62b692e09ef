// What perf's stacks say: how much of the time each kind of code takes by itself, and the tree of who calls whom.

/** Whose a sample is: of the first that any of its frames is, or the innermost is (`at`). */
const GROUPS = [
  { name: "V8's compilers", any: /ExecuteCompilation|CompileLazy|Turboshaft|OptimizedCompilationJob|BackgroundCompileJob|BaselineBatchCompiler|CompileToplevel/ },
  { name: "V8's garbage", any: /CollectGarbage|Scavenge|MarkCompact|Sweeper|cppgc::internal::(Heap|Marker|Mutator)|IncrementalMarking/ },
  { name: "SQLite", any: /sqlite3/ },
  { name: "the kernel", at: /^ffffffff/ },
  { name: "wasm", at: /^JS:.*-(liftoff|turbofan)$/ },
  { name: "JavaScript", at: /^JS:|^Stub:|wasm-to-js/ },
  { name: "V8", at: /^v8::|^Builtins_/ },
  { name: "workerd", at: /./ },
];

/** A function of wasm, as V8 names it: `*parlor::gateway::Gateway::pump::h0123456789abcdef-7-turbofan`. */
const WASM = /^JS:[*+^~']?(.*?)(?:::h[0-9a-f]{16}.*)?-\d+-(liftoff|turbofan)$/;

export class Stacks {
  constructor() {
    this.count = 0;
    this.root = node();
    this.inGroup = new Map();
    this.inFunction = new Map();
    this.frames = [];
    this.names = new Map();
  }

  /** A line of `perf script -F ip,sym`: a frame, the innermost first; an empty one ends a sample. */
  line(line) {
    const [, address, symbol] = /^\s+([0-9a-f]+) (.+)$/.exec(line) ?? [];
    if (symbol) this.frames.push({ address, symbol });
    else if (this.frames.length > 0) this.sample(this.frames.splice(0));
  }

  sample(frames) {
    this.count += 1;
    const [{ address, symbol }] = frames;
    const at = address.startsWith("ffffffff") ? address : symbol;
    const group = GROUPS.find(({ any, at: own }) => (any ? frames.some(({ symbol }) => any.test(symbol)) : own.test(at))).name;
    add(this.inGroup, group);
    if (group === "wasm") add(this.inFunction, this.short(symbol).replace(", not optimised", ""));
    let [place, last] = [this.root, undefined];
    for (const frame of frames.reverse()) {
      const name = this.short(frame.symbol);
      if (name === last) continue; // it calls itself
      last = name;
      if (!place.calls.has(name)) place.calls.set(name, node());
      place = place.calls.get(name);
      place.count += 1;
    }
  }

  short(symbol) {
    if (!this.names.has(symbol)) this.names.set(symbol, shortened(symbol));
    return this.names.get(symbol);
  }

  /** A table in Markdown of what takes how much of `each` by itself; of wasm the functions that take most. */
  groups(each) {
    const share = (count) => `${((each * count) / this.count).toFixed(2)} | ${((100 * count) / this.count).toFixed(1)} %`;
    const sorted = (map) => [...map].sort(([, a], [, b]) => b - a);
    const most = sorted(this.inFunction).slice(0, 15).map(([name, count]) => `| … \`${name.slice("wasm ".length)}\` | ${share(count)} |`);
    const rows = sorted(this.inGroup).flatMap(([name, count]) => [`| ${name} | ${share(count)} |`, ...(name === "wasm" ? most : [])]);
    return ["| by itself | µs | part |", "| --- | ---: | ---: |", ...rows, ""].join("\n");
  }

  /** Who calls whom, each with all that it calls; a chain of calls in which nothing is lost is one line. */
  tree(each, least) {
    const lines = [];
    const walk = ({ calls }, depth) => {
      for (let [name, place] of [...calls].sort(([, a], [, b]) => b.count - a.count)) {
        if (place.count < least * this.count) continue;
        while (place.calls.size === 1 && [...place.calls.values()][0].count === place.count) [[name, place]] = place.calls;
        lines.push(`${((each * place.count) / this.count).toFixed(2).padStart(9)} ${"  ".repeat(depth)}${name}`);
        walk(place, depth + 1);
      }
    };
    walk(this.root, 0);
    return `${lines.join("\n")}\n`;
  }
}

const node = () => ({ count: 0, calls: new Map() });
const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);

function shortened(symbol) {
  const [, name, tier] = WASM.exec(symbol) ?? [];
  if (name) return `wasm ${name.slice(-80)}${tier === "liftoff" ? ", not optimised" : ""}`;
  let text = symbol.replace(/^JS:[*+^~']?/, "").replaceAll("(anonymous namespace)", "anonymous").replaceAll("operator()", "call");
  for (let before; before !== text; ) {
    before = text;
    text = text.replace(/<[^<>]*>|\([^()]*\)/g, "");
  }
  return text.slice(-80);
}
