import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterDots, type Dot } from "../src/map/clusters.ts";
import { rampFor, workloadBreaks } from "../src/map/workload.ts";

test("clusters hold every case once, whatever the size of the squares", () => {
  const dots: Dot[] = Array.from({ length: 500 }, (_, i) => ({
    id: `${i}`, lon: (i * 37) % 100 / 100, lat: (i * 61) % 97 / 97, light: i % 9 ? "ok" : "over",
  }));
  for (const cell of [0.01, 0.1, 0.5, 2]) {
    const members = clusterDots(dots, cell).flatMap((cluster) => cluster.members);
    assert.equal(members.length, dots.length);
    assert.equal(new Set(members).size, dots.length);
  }
});

test("a cluster shows its worst light", () => {
  const [cluster] = clusterDots(
    [{ id: "a", lon: 0.1, lat: 0.1, light: "ok" }, { id: "b", lon: 0.2, lat: 0.2, light: "over" }, { id: "c", lon: 0.2, lat: 0.1, light: "soon" }], 1,
  );
  assert.equal(cluster!.light, "over");
});

test("workload classes rise, lie inside the data, and are at most five", () => {
  const breaks = workloadBreaks([600, 1200, 1900, 2400, 3100, 3600, 4000, 5200, 6000]);
  assert.ok(breaks.length >= 1 && breaks.length <= 4);
  for (let i = 1; i < breaks.length; i += 1) assert.ok(breaks[i]! > breaks[i - 1]!);
  assert.ok(breaks[0]! > 600 && breaks.at(-1)! <= 6000);
});

test("grids that are all alike make one class", () => {
  assert.deepEqual(workloadBreaks([900, 900, 900]), []);
  assert.deepEqual(workloadBreaks([]), []);
});

test("fewer classes still use the whole ramp", () => {
  assert.deepEqual(rampFor(2, ["1", "2", "3", "4", "5"]), ["1", "5"]);
  assert.deepEqual(rampFor(3, ["1", "2", "3", "4", "5"]), ["1", "3", "5"]);
});
