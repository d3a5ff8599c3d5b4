/** How this viewer looks at the board: language, theme, density, layers; in the address first, else remembered here. */

import { computed, effect, signal } from "@preact/signals";
import type { Lang } from "./format.ts";
import { en, type Words } from "./words/en.ts";
import { zh } from "./words/zh.ts";

export type Theme = "light" | "dark";
export type ColourBy = "workload" | "grid";
export interface Shown { routes: boolean; units: boolean; buildings: boolean }

const address = new URLSearchParams(location.search);

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`gridgeo.${key}`);
  } catch {
    return null; // storage may be forbidden; the choice then lasts as long as the page
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`gridgeo.${key}`, value);
  } catch { /* as above */ }
}

function firstLang(): Lang {
  const asked = address.get("lang") ?? remembered("lang") ?? navigator.language;
  return asked.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function firstTheme(): Theme {
  const asked = address.get("theme") ?? remembered("theme");
  if (asked === "dark" || asked === "light") return asked;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export const lang = signal<Lang>(firstLang());
export const theme = signal<Theme>(firstTheme());
export const wall = address.get("density") === "wall";
export const colourBy = signal<ColourBy>(
  (address.get("colour") ?? remembered("colour")) === "grid" ? "grid" : "workload",
);
export const shown = signal<Shown>({ routes: false, units: false, buildings: true });
export const words = computed<Words>(() => (lang.value === "zh" ? zh : en));

/** A text that the server holds in both languages. */
export function named(of: { name_zh?: string | null; name_en?: string | null; name?: string | null }): string {
  const [first, second] = lang.value === "zh" ? [of.name_zh, of.name_en] : [of.name_en, of.name];
  return first || second || of.name || of.name_zh || "";
}

/** Whether who looks is shown a field of a case. */
export function sees(case_: { hidden?: string[] }, field: string): boolean {
  return !case_.hidden?.includes(field);
}

/** Where a case is, in words; nothing for those who aren't told. */
export function addressOf(case_: { address: string | null; hidden?: string[] }): string {
  return case_.address ?? (sees(case_, "address") ? words.value.unplaced : "");
}

/** Put one parameter into the address without a new entry in the history. */
export function setAddress(key: string, value: string | null): void {
  const url = new URL(location.href);
  if (value === null) url.searchParams.delete(key);
  else url.searchParams.set(key, value);
  if (url.href !== location.href) history.replaceState(null, "", url);
}

export function inAddress(key: string): string | null {
  return address.get(key);
}

export function chooseLang(value: Lang): void {
  lang.value = value;
  remember("lang", value);
  setAddress("lang", value);
}

export function chooseTheme(value: Theme): void {
  theme.value = value;
  remember("theme", value);
  setAddress("theme", value);
}

export function chooseColour(value: ColourBy): void {
  colourBy.value = value;
  remember("colour", value);
  setAddress("colour", value);
}

/** Keep the document's own attributes in step with the settings. */
export function dressDocument(): void {
  effect(() => {
    const root = document.documentElement;
    root.lang = words.value.htmlLang;
    root.dataset["theme"] = theme.value;
    if (wall) root.dataset["density"] = "wall";
  });
}
