import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deskEn } from "../src/words/deskEn.ts";
import { deskZh } from "../src/words/deskZh.ts";

/** The server's own table: what may be done, and what happens by itself. */
const stages = JSON.parse(
  readFileSync(new URL("../../gridgeo_server/cases/stages.json", import.meta.url), "utf8"),
) as { actions: Record<string, { who: string[] }>; levels: { level: string }[]; roles: string[] };

for (const [language, desk] of [["English", deskEn], ["Chinese", deskZh]] as const) {
  test(`every event of the server's table is told in words, in ${language}`, () => {
    const missing = Object.keys(stages.actions).filter((action) => !(action in desk.did));
    assert.deepEqual(missing, []);
  });

  test(`every action that somebody may do says what it does, in ${language}`, () => {
    const offered = Object.entries(stages.actions).filter(([action, row]) => row.who.length > 0 && action !== "dispatch");
    assert.deepEqual(offered.filter(([action]) => !(action in desk.hint)), []);
  });

  test(`every level and role has its word, in ${language}`, () => {
    assert.deepEqual(stages.levels.filter((one) => !(one.level in desk.level)), []);
    assert.deepEqual(stages.roles.filter((one) => !(one in desk.role)), []);
  });
}
