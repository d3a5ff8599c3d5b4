/** Cases drawn together when there are too many to see apart; their counts add up to the list's. */

import type { Light } from "../contract.ts";

export interface Dot { id: string; lon: number; lat: number; light: Light }
export interface Cluster { id: string; lon: number; lat: number; light: Light; members: string[] }

/** Above so many cases in view they are drawn together. */
export const APART_LIMIT = 200;

const RANK: Record<Light, number> = { ok: 0, soon: 1, over: 2 };

/**
 * Join the dots that fall into the same square of `cell` degrees. Squares are fixed on the ground, so that panning
 * moves no case from one cluster to another; the mark carries its worst light.
 */
export function clusterDots(dots: Dot[], cell: number): Cluster[] {
  const squares = new Map<string, Dot[]>();
  for (const dot of dots) {
    const key = `${Math.floor(dot.lon / cell)}:${Math.floor(dot.lat / cell)}`;
    const square = squares.get(key);
    if (square) square.push(dot);
    else squares.set(key, [dot]);
  }
  return [...squares].map(([key, members]) => ({
    id: members.length === 1 ? members[0]!.id : `cluster ${key}`,
    lon: mean(members.map((m) => m.lon)),
    lat: mean(members.map((m) => m.lat)),
    light: members.reduce<Light>((worst, m) => (RANK[m.light] > RANK[worst] ? m.light : worst), "ok"),
    members: members.map((m) => m.id),
  }));
}

function mean(values: number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
