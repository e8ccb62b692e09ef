import assert from "node:assert/strict";
import { test } from "node:test";
import { isOnlyEmoji, parseText } from "../../public/js/text.js";
import { ADA, BO } from "./support.mjs";

const parse = (text, mentions = []) => parseText(text, { mentions, me: ADA.id });
/** Short forms: "text", ["link", text], … */
const short = (tokens) => tokens.map((token) => {
  if (token.kind === "text") return token.text;
  return [token.kind, token.tokens ? short(token.tokens) : token.text];
});
const is = (text, expected, mentions) => assert.deepEqual(short(parse(text, mentions)), expected);

test("plain text stays as it is", () => {
  for (const text of ["hello", "a\nb", "2 * 3 * 4", "snake_case_name", "a ` b", "**", "* a *", "```", "``````", "@nobody", "javascript:alert(1)", "<b>x</b>"]) is(text, [text]);
  is("", []);
});

test("addresses, without what belongs to the sentence", () => {
  is("see https://a.b/c.", ["see ", ["link", "https://a.b/c"], "."]);
  is("(https://a.b/c)", ["(", ["link", "https://a.b/c"], ")"]);
  is("https://a.b/c_(d) x", [["link", "https://a.b/c_(d)"], " x"]);
  is("https://a.b/_x_*y*", [["link", "https://a.b/_x_*y"], "*"]);
  is("https://a.b/c_(d)).)", [["link", "https://a.b/c_(d)"], ").)"]);
  is("https://a.b/\u202emoc.knab//:sptth", [["link", "https://a.b/"], "\u202emoc.knab//:sptth"]);
  is("https://", ["https://"]);
  is("xhttps://a.b", ["xhttps://a.b"]);
  assert.equal(parse("HTTPS://A.b/c")[0].href, "https://a.b/c");
});

test("code, in a line and in blocks", () => {
  is("use `a * b * c` now", ["use ", ["code", "a * b * c"], " now"]);
  is("before\n```rust\nfn main() {\n}\n```\nafter", ["before", ["block", "fn main() {\n}"], "after"]);
  assert.equal(parse("```rust\nx\n```")[0].language, "rust");
  is("```x y```", [["block", "x y"]]);
  is("```\n  indented\n```", [["block", "  indented"]]);
  is("```\nnot closed", ["```\nnot closed"]);
  is("`a\nb`", ["`a\nb`"]);
  is("`https://a.b`", [["code", "https://a.b"]]);
});

test("mentions of those whom the server found, the longest name first", () => {
  const lovelace = { id: "x", name: "Ada Lovelace" };
  is("hi @ada lovelace!", ["hi ", ["mention", "@ada lovelace"], "!"], [ADA, lovelace]);
  is("hi @Ada, @Bo", ["hi ", ["mention", "@Ada"], ", ", ["mention", "@Bo"]], [ADA, BO]);
  is("@Adamant a@Ada", ["@Adamant a@Ada"], [ADA]);
  assert.equal(parse("@Ada", [ADA])[0].me, true);
  assert.equal(parse("@Bo", [BO])[0].me, false);
});

test("emphasis", () => {
  is("a **b** *c* _d_", ["a ", ["strong", ["b"]], " ", ["em", ["c"]], " ", ["em", ["d"]]]);
  is("**a `b` https://c.d**", [["strong", ["a ", ["code", "b"], " ", ["link", "https://c.d"]]]]);
  is("**a\nb**", ["**a\nb**"]);
});

test("nothing is lost, and nothing takes long", () => {
  const back = (tokens) => tokens.map((token) => (token.tokens ? back(token.tokens) : token.text)).join("");
  for (const piece of ["`", "*", "**a", "_a ", "@Ada", "```", "https://a.b)", "(((", "*a* ", "h", "`a\n"]) {
    const text = piece.repeat(Math.floor(4000 / piece.length));
    const start = performance.now();
    const tokens = parse(text, [ADA]);
    assert.ok(performance.now() - start < 250, `${piece} takes ${performance.now() - start} ms`);
    if (!/[`*_]/.test(piece)) assert.equal(back(tokens), text);
  }
});

test("what ends like a sentence for long is no reason to wait", () => {
  const text = `https://a.b/${".".repeat(2000)}${")".repeat(1988)}`;
  const start = performance.now();
  is(text, [["link", "https://a.b/"], text.slice(12)]);
  assert.ok(performance.now() - start < 250, `takes ${performance.now() - start} ms`);
});

test("nothing but emoji", () => {
  for (const text of ["😀", "😀😀😀😀", "👩‍🚀 👍🏽", "❤️ 😀\n😀 "]) assert.ok(isOnlyEmoji(text), text);
  for (const text of ["", " 😀", "a😀", "😀a", "😀 😀 😀 😀"]) assert.ok(!isOnlyEmoji(text), text);
  const start = performance.now();
  assert.ok(!isOnlyEmoji(`${"😀".repeat(3999)}x`));
  assert.ok(!isOnlyEmoji(`😀${" ".repeat(3998)}x`));
  assert.ok(performance.now() - start < 250, `takes ${performance.now() - start} ms`);
});
