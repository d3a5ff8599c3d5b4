import assert from "node:assert/strict";
import { test } from "node:test";
import { type Body, place } from "../src/map/placement.ts";

function body(id: string, kind: Body["kind"], x: number, y: number, more: Partial<Body> = {}): Body {
  return { id, kind, x, y, hw: 10, hh: 10, chipW: 0, chipH: 0, ...more };
}

test("a case never moves, an officer on it steps aside by at most 16 px", () => {
  const places = place([body("case", "case", 0, 0), body("officer", "officer", 4, 0)]);
  const { dx, dy } = places.get("officer")!;
  assert.deepEqual(places.get("case"), { dx: 0, dy: 0, hidden: false, flip: false });
  assert.ok(Math.hypot(dx, dy) > 0 && Math.hypot(dx, dy) <= 16.001);
});

test("marks that don't meet stay where they are", () => {
  const places = place([body("case", "case", 0, 0), body("officer", "officer", 60, 0), body("code", "code", 120, 0)]);
  for (const at of places.values()) assert.deepEqual(at, { dx: 0, dy: 0, hidden: false, flip: false });
});

test("a code gives way by at most 34 px", () => {
  const { dx, dy, hidden } = place([body("case", "case", 0, 0), body("code", "code", 0, 0)]).get("code")!;
  assert.equal(hidden, false);
  assert.ok(Math.hypot(dx, dy) > 0 && Math.hypot(dx, dy) <= 34.001);
});

test("a code that finds no room within its reach is hidden", () => {
  const crowd = [-40, -20, 0, 20, 40].flatMap((x) => [-40, -20, 0, 20, 40].map((y) => body(`${x},${y}`, "case", x, y)));
  assert.equal(place([...crowd, body("code", "code", 0, 0)]).get("code")!.hidden, true);
});

test("a chip flips to the left when a case stands on its right", () => {
  const chip = { chipW: 50, chipH: 16 };
  assert.equal(place([body("a", "case", 0, 0, chip), body("b", "case", 30, 0)]).get("a")!.flip, true);
  assert.equal(place([body("a", "case", 0, 0, chip), body("b", "case", -30, 0)]).get("a")!.flip, false);
});

test("a label of what moves comes before the codes, and steps aside for another", () => {
  const places = place([body("code", "code", 0, 0), body("a", "label", 0, 0), body("b", "label", 4, 0)]);
  assert.deepEqual({ ...places.get("a")! }, { dx: 0, dy: 0, hidden: false, flip: false });
  const { dx, dy, hidden } = places.get("b")!;
  assert.equal(hidden, false);
  assert.ok(Math.hypot(dx, dy) > 0 && Math.hypot(dx, dy) <= 60.001);
});
