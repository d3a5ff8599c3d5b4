/** What the page of rosters knows. */

import { computed, effect, signal } from "@preact/signals";
import { inAddress, lang, setAddress } from "../settings.ts";
import type { RoleInfo, Roster } from "./api.ts";
import { rostersEn, rostersZh, type RosterWords } from "./words.ts";

export const rosterWords = computed<RosterWords>(() => (lang.value === "zh" ? rostersZh : rostersEn));
/** The day that is looked at; empty is today at the server's place. */
export const day = signal(inAddress("on") ?? "");
export const onlyGaps = signal(inAddress("gaps") === "1");
/** Part of the code or name of the grids that are shown. */
export const sought = signal(inAddress("q") ?? "");
/** How many grids are shown at most. */
export const limit = signal(200);
export const roster = signal<Roster | null>(null);
/** Grows when something was written. */
export const turn = signal(0);

effect(() => {
  setAddress("on", day.value || null);
  setAddress("q", sought.value || null);
  setAddress("gaps", onlyGaps.value ? "1" : null);
});

export function roleTitle(role: RoleInfo): string {
  return lang.value === "zh" ? role.name_zh : role.name_en;
}
