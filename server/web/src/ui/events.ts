/** Events of a case in words: what was done, by whom, to whom, why. */

import type { CaseEvent } from "../contract.ts";
import { lang, named, words } from "../settings.ts";
import { board, responders } from "../state.ts";

/** What was done: "Escalated to community", "Extended by 2 hours"; an action that is new here is named by its stage. */
export function deed(event: CaseEvent): string {
  const w = words.value;
  const done = w.desk.did[event.action] ?? w.stage[event.stage] ?? event.action;
  return [done, particulars(event)].filter(Boolean).join(" ");
}

function particulars(event: CaseEvent): string | null {
  const d = words.value.desk;
  const told = event.data ?? {};
  switch (event.action) {
    case "escalate": return d.toLevel(d.level[text(event, "to") ?? ""] ?? text(event, "to") ?? "");
    case "extend": return typeof told["amount"] === "number" ? d.byAmount(String(told["amount"]), d.unit[clockName(told)] ?? "") : null;
    case "transfer": return moved(event);
    case "absorb": case "release": return ofCase(event, "duplicate");
    case "merge": case "unmerge": return ofCase(event, "main");
    case "photo": return kindOf(text(event, "kind"));
    case "dispatch": return sentTo(event);
    default: return null;
  }
}

function clockName(told: Record<string, unknown>): string {
  const clock = told["clock"] as Record<string, unknown> | undefined;
  return typeof clock?.["clock"] === "string" ? clock["clock"] : "";
}

function kindOf(kind: string | null): string | null {
  const kinds: Record<string, string> = words.value.desk.photoKind;
  return kind === null ? null : (kinds[kind] ?? kind).toLowerCase();
}

function moved(event: CaseEvent): string | null {
  const d = words.value.desk;
  const kind = (name: string | null) => {
    const found = board.value?.categories.find((one) => one.category === name);
    return found ? named(found) : name;
  };
  const office = (name: string | null) => (name && board.value?.departments?.[name]?.[lang.value]) || name;
  const [from, to] = [text(event, "from_category"), text(event, "category")];
  const pairs = [[kind(from), kind(to)], [office(text(event, "from_department")), office(text(event, "department"))]];
  return pairs.filter(([a, b]) => b && a !== b).map(([a, b]) => (a ? d.fromTo(a, b!) : `→ ${b}`)).join(", ") || null;
}

function ofCase(event: CaseEvent, name: string): string | null {
  const id = text(event, name);
  return id && words.value.desk.ofCase(id);
}

function sentTo(event: CaseEvent): string | null {
  const to = responderOf(event);
  return to ? `→ ${to}` : null;
}

function responderOf(event: CaseEvent): string {
  return named({ name: text(event, "responder_name"), name_zh: text(event, "responder_name_zh") });
}

/** What nobody does but the server. */
const BY_ITSELF = new Set(["escalate", "set_clocks", "follow"]);

/** An officer's answer, or that none came, is told of who was asked, whoever wrote it down. */
const ANSWERS = new Set(["acknowledge", "decline", "time_out"]);

/** Who did it: the officer, or whoever was signed in; nothing where nobody said who they are. */
export function doer(event: CaseEvent): string | null {
  if (ANSWERS.has(event.action)) return responderOf(event) || null;
  if (BY_ITSELF.has(event.action)) return words.value.desk.byServer;
  const officer = event.actor ? responders.value.get(event.actor) : undefined;
  return named(officer ?? { name: event.actor_name }) || null;
}

/** Why: the note, or the reason that the server gave by code. */
export function noteOf(event: CaseEvent): string | null {
  const d = words.value.desk;
  if (event.action === "escalate") return d.whyUp[text(event, "why") ?? ""] ?? event.note;
  return event.note;
}

/** What else is to be known: the way in, a choice that was not the first. */
export function asideOf(event: CaseEvent): string[] {
  const d = words.value.desk;
  const channel = text(event, "channel");
  const rank = event.data?.["rank"];
  return [
    event.action === "report" && channel ? (d.channel[channel] ?? channel) : null,
    event.action === "dispatch" && typeof rank === "number" && rank > 1 ? d.choice(rank) : null,
  ].filter((one) => one !== null);
}

/** Where it was done, where the event says so. */
export function placeOf(event: CaseEvent): [number, number] | null {
  const [lon, lat] = Array.isArray(event.data?.["place"]) ? (event.data["place"] as unknown[]) : [];
  return typeof lon === "number" && typeof lat === "number" ? [lon, lat] : null;
}

function text(event: CaseEvent, name: string): string | null {
  const value = event.data?.[name];
  return typeof value === "string" ? value : null;
}
