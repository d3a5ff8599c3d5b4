import assert from "node:assert/strict";
import { test } from "node:test";
import { importEn, importZh } from "../src/plans/importWords.ts";
import { plansEn, plansZh } from "../src/plans/words.ts";
import { rostersEn, rostersZh } from "../src/rosters/words.ts";
import { en } from "../src/words/en.ts";
import { zh } from "../src/words/zh.ts";

/** Texts by their path; functions by the text they make of plain arguments. */
function texts(value: unknown, path = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[path, value]]);
  if (typeof value === "function") return new Map([[path, String(value("7", "8", "9"))]]);
  return new Map(Object.entries(value as object).flatMap(([key, part]) => [...texts(part, `${path}.${key}`)]));
}

test("both languages of the page of plans say the same things", () => {
  assert.deepEqual([...texts(plansZh).keys()].sort(), [...texts(plansEn).keys()].sort());
  for (const [path, text] of texts(plansZh)) {
    if (path !== ".action.transition" && path !== ".signedIn" && path !== ".made") assert.match(text, /\p{Script=Han}/u, path);
  }
  for (const [path, text] of texts(plansEn)) assert.doesNotMatch(text, /\p{Script=Han}/u, path);
});

for (const [name, en_, zh_] of [["files", importEn, importZh], ["rosters", rostersEn, rostersZh]] as const) {
  test(`both languages of ${name} say the same things`, () => {
    assert.deepEqual([...texts(zh_).keys()].sort(), [...texts(en_).keys()].sort());
    for (const [path, text] of texts(zh_)) assert.match(text, /\p{Script=Han}/u, path);
    for (const [path, text] of texts(en_)) assert.doesNotMatch(text, /\p{Script=Han}/u, path);
  });
}

test("both languages say the same things", () => {
  assert.deepEqual([...texts(zh).keys()].sort(), [...texts(en).keys()].sort());
});

test("no text is empty, and every Chinese sentence is Chinese", () => {
  const same = new Set([".desk.byAmount", ".ofDue", ".other", ".otherLang", ".htmlLang", ".placed", ".goesBy", ".reason"]);
  for (const [path, text] of texts(zh)) {
    assert.notEqual(text.trim(), "", path);
    if (!same.has(path) && !/^\.keys\.\d+\.0$/.test(path)) assert.match(text, /\p{Script=Han}/u, path);
  }
  for (const [path, text] of texts(en)) {
    assert.notEqual(text.trim(), "", path);
    if (path !== ".other") assert.doesNotMatch(text, /\p{Script=Han}/u, path);
  }
});

test("every reason for not sending an officer is told in Chinese", () => {
  for (const code of ["off_duty", "no_street", "no_road"]) assert.match(zh.reason(code, "in English"), /^\p{Script=Han}+$/u, code);
  assert.equal(zh.reason("a code of a later server", "in English"), "in English");
});

test("a lost signal is never called by the word of the credit blacklist", () => {
  for (const [path, text] of texts(zh)) assert.doesNotMatch(text, /失信/, path);
});
