import assert from "node:assert/strict";
import { test } from "node:test";
import { age, area, date, dayIn, distance, hours, moment, percent, span, time, timeLeft, walk, whole } from "../src/format.ts";

test("time left and over are written as the house writes them", () => {
  assert.equal(timeLeft(5 * 60, "en"), "5 min");
  assert.equal(timeLeft(-(74 * 60), "en"), "+1 h 14 min");
  assert.equal(timeLeft(5 * 60, "zh"), "剩 5 分");
  assert.equal(timeLeft(-(74 * 60), "zh"), "超 1 时 14 分");
  assert.equal(timeLeft(30, "en"), "< 1 min");
  assert.equal(timeLeft(30, "zh"), "不足 1 分");
  assert.equal(timeLeft(-30, "en"), "+0 min");
  assert.equal(timeLeft(-30, "zh"), "超 0 分");
});

test("a span names its two largest units and no empty one", () => {
  assert.equal(span(3600, "en"), "1 h");
  assert.equal(span(2 * 86400, "en"), "2 d");
  assert.equal(span(2 * 86400 + 3 * 3600 + 5, "zh"), "2 天 3 时");
});

test("what is unknown is a dash or n/a, never 0", () => {
  assert.equal(whole(null), "–");
  assert.equal(whole(Number.NaN), "–");
  assert.equal(percent(null, "en"), "n/a");
  assert.equal(percent(null, "zh"), "–");
  assert.equal(age(null, "en"), "–");
  assert.equal(hours(undefined, "en"), "–");
  assert.equal(whole(0), "0");
});

test("percentages carry a thin space in English only, a true minus, and no sign at zero", () => {
  assert.equal(percent(0.931, "en"), "93.1\u2009%");
  assert.equal(percent(0.931, "zh"), "93.1%");
  assert.equal(percent(0.182, "zh", true), "+18.2%");
  assert.equal(percent(-0.04, "en", true), "\u22124.0\u2009%");
  assert.equal(percent(0.0001, "en", true), "0.0\u2009%");
});

test("ages count in the largest whole unit", () => {
  assert.equal(age(8.9, "en"), "8 s");
  assert.equal(age(150, "zh"), "2 分钟");
  assert.equal(age(7300, "en"), "2 h");
});

test("ways, distances, areas and hours are rounded for the reader", () => {
  assert.equal(walk(301, "en"), "6 min");
  assert.equal(walk(0, "zh"), "1 分");
  assert.equal(distance(461.4), "461 m");
  assert.equal(distance(1148), "1.15 km");
  assert.equal(area(32_000, "en"), "3.2 ha");
  assert.equal(area(1_450_000, "zh"), "1.45 km²");
  assert.equal(hours(2490, "en"), "41.5 h");
  assert.equal(whole(1090), "1,090");
});

test("dates name the year only when it isn't this one, in English", () => {
  const at = new Date(2026, 10, 19, 14, 32, 7).getTime();
  assert.equal(date(at, "en", 2026), "Thu 19 Nov");
  assert.equal(date(at, "en", 2027), "Thu 19 Nov 2026");
  assert.equal(date(at, "zh", 2026), "2026年11月19日 周四");
  assert.equal(time(at, true), "14:32:07");
  assert.equal(moment(at, at, "en"), "14:32");
  assert.equal(moment(at, at + 86_400_000, "zh"), "11月19日 14:32");
});

test("a day is the town's, whatever this computer's zone", () => {
  const moment = Date.UTC(2026, 10, 1, 3, 50);
  assert.equal(dayIn(moment, "America/New_York"), "2026-10-31");
  assert.equal(dayIn(moment, "Australia/Sydney"), "2026-11-01");
});
