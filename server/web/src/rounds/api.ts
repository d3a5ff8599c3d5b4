/** Requests about rounds, and what the server says of them. */

import type { Feature, LineString, MultiLineString, Point } from "geojson";
import { ask, everyPage } from "../api.ts";

export interface Round {
  route: string; grid: string; kind: string; mode: string; minutes: number; length_m: number; stops: number;
  officer: string | null; date: string | null;
}
export interface Rounds { routes: Round[]; days: [string, string] | [] }
export interface Stop {
  order: number; what: string; name: string | null; arrive_min: number; leave_min: number;
  begin: string | null; leave: string | null; geometry: Point;
}
export interface RoundDetail extends Round { geometry: LineString | MultiLineString; stop_list: Stop[] }
export interface Ahead { at: string; stops: { route: string; order: number; going_on: boolean }[] }

const part = encodeURIComponent;

export const roundsApi = {
  on: (day: string, signal: AbortSignal) => ask<Rounds>(`/api/v1/routes?kind=visits&on=${part(day)}`, { signal }),
  one: (route: string, signal: AbortSignal) => ask<RoundDetail>(`/api/v1/routes/${part(route)}`, { signal }),
  /** Stops that haven't ended at a local time, as 2026-12-01T08:30. */
  ahead: (officer: string, at: string, signal: AbortSignal) =>
    ask<Ahead>(`/api/v1/routes/next?limit=100&officer=${part(officer)}&at=${part(at)}`, { signal }),
  /** Streets within west, south, east, north with the share of their metres that officers' tracks went over; none where no tracks were matched. */
  covered: (box: readonly number[]) => everyPage<Feature>(`/ogc/collections/coverage/items?limit=1000&bbox=${box.map((at) => at.toFixed(5)).join(",")}`),
};
