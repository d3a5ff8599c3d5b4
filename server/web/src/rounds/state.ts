/** What the page of rounds knows. */

import { computed, effect, signal } from "@preact/signals";
import type { Feature } from "geojson";
import { inAddress, lang, setAddress } from "../settings.ts";
import type { RoundDetail, Rounds, Stop } from "./api.ts";
import { roundsEn, roundsZh, type RoundsWords } from "./words.ts";

export const roundsWords = computed<RoundsWords>(() => (lang.value === "zh" ? roundsZh : roundsEn));

/** The moment by the clock of this computer, as 2026-12-01T08:30. */
export function moment(): string {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}T${two(now.getHours())}:${two(now.getMinutes())}`;
}

export const today = (): string => moment().slice(0, 10);

export const day = signal(inAddress("on") ?? today());
export const rounds = signal<Rounds | null>(null);
/** Name of the round that is shown; the first one where none is chosen. */
export const chosen = signal(inAddress("round") ?? "");
export const detail = signal<RoundDetail | null>(null);
/** Stops of the shown round that lie ahead, by order, with whether one is going on; null where that isn't known. */
export const ahead = signal<ReadonlyMap<number, boolean> | null>(null);
export const pinned = signal<number | null>(null);
/** Streets around the shown round, with what was walked of them. */
export const streets = signal<Feature[]>([]);
export const showCoverage = signal(true);

export const shownRound = computed(() => {
  const all = rounds.value?.routes ?? [];
  return all.find((one) => one.route === chosen.value) ?? all[0] ?? null;
});

/** West, south, east, north of a round's way; null where it has none. */
export function boxOf(round: RoundDetail): [number, number, number, number] | null {
  const line = round.geometry;
  const points = (line.type === "LineString" ? [line.coordinates] : line.coordinates).flat();
  if (!points.length) return null;
  const [lon, lat] = [points.map((at) => at[0]!), points.map((at) => at[1]!)];
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)];
}

export function isDone(stop: Stop): boolean {
  return ahead.value !== null && !ahead.value.has(stop.order);
}

effect(() => {
  setAddress("on", day.value === today() ? null : day.value);
  setAddress("round", chosen.value || null);
});
