/** Requests about rosters, and what the server says of them. */

import { ask, newKey, reach } from "../api.ts";
import { send } from "../plans/api.ts";
import type { RosterReport } from "../plans/importContract.ts";
import { bearing } from "../plans/session.ts";
import { lang } from "../settings.ts";

export interface RoleInfo { role: string; name_en: string; name_zh: string; seats: number | null }
export interface Holder { term: number; person: string; person_id: string; phone: string; from: string | null; to: string | null }
export interface Place { role: string; filled: number; holders: Holder[] | null }
export interface GridPlaces { code: string; grid: string; name: string; area: string; places: Place[] }
export interface Roster {
  on: string;
  roles: RoleInfo[];
  names: boolean;
  places: number;
  empty: number;
  people: number;
  several: number;
  /** Grids that were looked for; `grids` are the first of them. */
  found: number;
  grids: GridPlaces[];
}
export interface Sought { on: string; text: string; gaps: boolean; limit: number }
export interface TermBody { grid: string; role: string; person: string; phone?: string; from?: string; to?: string }

const at = "/api/v1/rosters";
const headers = () => ({ ...bearing(), "Idempotency-Key": newKey() });

export const rostersApi = {
  find: ({ on, text, gaps, limit }: Sought, signal: AbortSignal) => {
    const query = new URLSearchParams({ ...(on && { on }), ...(text && { text }), gaps: String(gaps), limit: String(limit) });
    return ask<Roster>(`${at}?${query}`, { headers: bearing(), signal });
  },
  put: (body: TermBody) => ask<unknown>(`${at}/terms`, { method: "POST", body, headers: headers() }),
  end: (term: number, on: string) => ask<unknown>(`${at}/terms/${term}/end`, { method: "POST", body: { on }, headers: headers() }),
  check: (file: File, signal: AbortSignal) => send<RosterReport>(`${at}/import/check`, file, {}, { signal }),
  take: (file: File, checked: string, key: string) => send<RosterReport>(`${at}/import`, file, { checked }, { key }),
  /** Save the roster of all days as a file: a link can't carry the key. */
  save: async (format: string) => {
    const answer = await reach(`${at}/export?f=${format}`, { headers: { ...bearing(), "Accept-Language": lang.value } });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `roster.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },
};
