/** What the board knows: one signal for each noun, changed by copy, and what follows from them. */

import { computed, signal } from "@preact/signals";
import { byTimeLeft, clockOf, fixAge, isOpen, signalOf, waits } from "./clock.ts";
import type { Board, Case, CaseEvent, GridFeature, Indicators, Responder } from "./contract.ts";

export type Connection = "connecting" | "live" | "lost";
export const KINDS = ["case", "grid", "officer", "figure"] as const;
export type Kind = (typeof KINDS)[number];
export type Selection = { kind: Kind; id: string } | null;

export interface Draft {
  category: string | null;
  place: [number, number] | null;
  description: string;
}

/** Server time in milliseconds, once a second; `skew` is server minus this computer. */
export const skew = signal(0);
export const now = signal(Date.now());

export const board = signal<Board | null>(null);
export const grids = signal<GridFeature[]>([]);
export const cases = signal<ReadonlyMap<string, Case>>(new Map());
export const responders = signal<ReadonlyMap<string, Responder>>(new Map());
export const indicators = signal<Indicators | null>(null);
export const newest = signal<CaseEvent | null>(null);

export const connection = signal<Connection>("connecting");
/** Server time of the last sign of life; null before the first. */
export const lastAlive = signal<number | null>(null);
/** When the lost line is tried again, as `now` counts; null while it is being tried. */
export const retryAt = signal<number | null>(null);
export const loaded = signal(false);
/** Grows with every snapshot, so that what was asked for by request is asked for again. */
export const snapshots = signal(0);
/** Grows with every plan that came into force while the page was open, so that tiles are read again. */
export const plansTaken = signal(0);

export const selection = signal<Selection>(null);
export const hovered = signal<Selection>(null);
export const draft = signal<Draft | null>(null);

const allOpen = computed(() => [...cases.value.values()].filter(isOpen).sort(byTimeLeft));

export const overdue = computed(() => allOpen.value.filter((c) => clockOf(c, now.value).light === "over"));
export const open = computed(() => allOpen.value.filter((c) => clockOf(c, now.value).light !== "over"));

/** Cases that nobody was sent to, the least time left first. */
export const waiting = computed(() => allOpen.value.filter(waits));
export const soon = computed(() => open.value.filter((c) => clockOf(c, now.value).light === "soon"));
export const ok = computed(() => open.value.filter((c) => clockOf(c, now.value).light === "ok"));

/** Officers on duty, the oldest fix first. */
export const onDuty = computed(() =>
  [...responders.value.values()]
    .filter((r) => signalOf(r, now.value) !== "off")
    .sort((a, b) => (fixAge(b, now.value) ?? Infinity) - (fixAge(a, now.value) ?? Infinity) || (a.name < b.name ? -1 : 1)),
);

/** Officers off shift or on leave, the first to be back first. */
export const awayNow = computed(() =>
  [...responders.value.values()]
    .filter((r) => r.away != null)
    .sort((a, b) => (a.away?.until ?? "9") < (b.away?.until ?? "9") ? -1 : 1),
);

export const selectedCase = computed(() => idOf("case"));
export const selectedGrid = computed(() => idOf("grid"));
export const selectedOfficer = computed(() => idOf("officer"));

function idOf(kind: Kind): string | null {
  return selection.value?.kind === kind ? selection.value.id : null;
}

/** The report that was under way when something was looked at. */
const putAside = signal<Draft | null>(null);

/** Open one thing in the sheet; a report under way is put aside until that is closed. */
export function select(kind: Kind, id: string): void {
  putAside.value = draft.value ?? putAside.value;
  draft.value = null;
  selection.value = { kind, id };
}

export function closeSheet(): void {
  draft.value = selection.value ? putAside.value : null;
  putAside.value = null;
  selection.value = null;
}

export function beginReport(): void {
  draft.value ??= putAside.value ?? { category: null, place: null, description: "" };
  putAside.value = null;
  selection.value = null;
}

export function placeDraft(lon: number, lat: number): void {
  if (draft.value) draft.value = { ...draft.value, place: [lon, lat] };
}

/** Take in a case unless a newer version of it is already known. */
export function putCase(case_: Case): void {
  const known = cases.value.get(case_.case);
  if (known && known.version > case_.version) return;
  const next = new Map(cases.value);
  next.set(case_.case, case_);
  cases.value = next;
}

/** A case that whoever looks sees no more. */
export function forgetCase(id: string): void {
  const next = new Map(cases.value);
  next.delete(id);
  cases.value = next;
  if (newest.value?.case === id) newest.value = null;
  if (selectedCase.value === id) closeSheet();
}

/** What was told to whoever looked before isn't shown to the next. */
export function forget(): void {
  cases.value = new Map();
  responders.value = new Map();
  indicators.value = null;
  newest.value = null;
}

/** Officers who moved; where it is `all` whom the viewer sees, whoever isn't among them is gone, and so is what is read of them. */
export function putResponders(list: Responder[], all = false): void {
  const next = new Map(all ? [] : responders.value);
  for (const responder of list) next.set(responder.responder, responder);
  responders.value = next;
  const read = selection.value;
  if (all && read?.kind === "officer" && !next.has(read.id)) closeSheet();
}
