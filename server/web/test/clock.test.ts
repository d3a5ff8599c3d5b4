import assert from "node:assert/strict";
import { test } from "node:test";
import { byTimeLeft, clockOf, fixAge, signalOf, waits } from "../src/clock.ts";
import type { Case, Responder } from "../src/contract.ts";

const START = Date.parse("2026-11-19T12:00:00Z");
const LIMIT_S = 7200;

function made(more: Partial<Case> = {}): Case {
  return {
    case: "20261119-0001", category: "noise", name_zh: "", name_en: "", description: "", lon: 0, lat: 0, address: null,
    grid: "01", grid_name: "01", area: "a", owner: null, owner_name: null, owner_name_zh: null, responder: null,
    responder_name: null, responder_name_zh: null,
    stage: "dispatched", light: "ok", reported_at: new Date(START).toISOString(),
    due_at: new Date(START + LIMIT_S * 1000).toISOString(), limit_s: LIMIT_S, handled_at: null, closed_at: null,
    eta_at: null, road_s: null, road_m: null, simulated: false, version: 3, snapped_m: 0, actions: [], ...more,
  };
}

function officer(more: Partial<Responder> = {}): Responder {
  return {
    responder: "o", name: "O", name_zh: null, initials: "O", grids: ["01"], on_duty: true, status: "free", lon: 0, lat: 0,
    heading: null, fix_at: new Date(START).toISOString(), open_cases: 0, mode: "foot", simulated: false, ...more,
  };
}

const after = (share: number) => START + share * LIMIT_S * 1000;

test("a case is green below 80 % of its limit, amber below 100 %, red from then on", () => {
  assert.equal(clockOf(made(), after(0.7999)).light, "ok");
  assert.equal(clockOf(made(), after(0.8)).light, "soon");
  assert.equal(clockOf(made(), after(0.9999)).light, "soon");
  assert.equal(clockOf(made(), after(1)).light, "over");
});

test("the light turns when the server says so, as it knows the working calendar", () => {
  const overnight = made({ soon_at: new Date(after(0.1)).toISOString() });
  assert.equal(clockOf(overnight, after(0.09)).light, "ok");
  assert.equal(clockOf(overnight, after(0.1)).light, "soon");
});

test("time left turns negative once the limit is over, the bar stops when it is full", () => {
  const clock = clockOf(made(), after(1.5));
  assert.equal(clock.leftS, -LIMIT_S / 2);
  assert.equal(clock.used, 1);
});

test("the clock of a handled case stands where it was handled", () => {
  const handled = made({ stage: "handled", handled_at: new Date(after(0.5)).toISOString() });
  const clock = clockOf(handled, after(9));
  assert.deepEqual([clock.light, clock.running, clock.used], ["ok", false, 0.5]);
});

test("a fix grows stale after a minute and is lost after five", () => {
  assert.equal(signalOf(officer(), START + 60_000), "fresh");
  assert.equal(signalOf(officer(), START + 61_000), "stale");
  assert.equal(signalOf(officer(), START + 301_000), "lost");
  assert.equal(signalOf(officer({ fix_at: null }), START), "lost");
  assert.equal(signalOf(officer({ on_duty: false }), START), "off");
});

test("a fix from a clock that runs ahead has no negative age", () => {
  assert.equal(fixAge(officer(), START - 5000), 0);
  assert.equal(fixAge(officer({ fix_at: null }), START), null);
});

test("the case that is due first stands first, equals in the order of their numbers", () => {
  const early = made({ case: "b", due_at: new Date(START).toISOString() });
  const late = made({ case: "a" });
  const twin = made({ case: "c" });
  assert.deepEqual([twin, late, early].sort(byTimeLeft).map((c) => c.case), ["b", "a", "c"]);
});

test("a shelved case's clock stands where it was", () => {
  const shelved = made({ stage: "shelved", paused_at: new Date(after(0.5)).toISOString() });
  assert.deepEqual([clockOf(shelved, after(0.5)).leftS, clockOf(shelved, after(3)).leftS], [LIMIT_S / 2, LIMIT_S / 2]);
  assert.equal(clockOf(shelved, after(3)).light, "ok");
  assert.equal(clockOf(shelved, after(3)).running, false);
});

test("who may not see the limit is told the light alone", () => {
  const hidden = { ...made({ light: "soon" }), limit_s: null, due_at: null } as unknown as Case;
  assert.equal(clockOf(hidden, after(3)).light, "soon");
  assert.equal(clockOf(hidden, after(3)).running, false);
});

test("a case waits while nobody was sent to it and somebody may be", () => {
  assert.equal(waits(made({ stage: "returned", actions: ["dispatch"] })), true);
  assert.equal(waits(made({ stage: "accepted", actions: ["verify"] })), false);
  assert.equal(waits(made({ stage: "dispatched", responder: "o", actions: ["dispatch"] })), false);
});
