/** Clocks of cases and ages of fixes: arithmetic on server time, no display. */

import type { Case, Light, Responder } from "./contract.ts";

/** Stages in which the handling clock runs; after "handled" it stands as it was left. */
const RUNNING = new Set(["reported", "accepted", "verified", "filed", "dispatched", "handling", "returned"]);
const CLOSED = new Set(["closed", "withdrawn", "refused", "merged"]);

export interface CaseClock {
  light: Light;
  /** Seconds until the limit; negative once it is over. */
  leftS: number;
  /** Share of the limit used, 0 to 1. */
  used: number;
  running: boolean;
}

export function isOpen(case_: Case): boolean {
  return !CLOSED.has(case_.stage);
}

/**
 * The clock of a case at `now` (milliseconds of server time): green < 80 % of its limit, amber < 100 %, red after. The server says
 * when the light turns, as it knows the working calendar.
 */
export function clockOf(case_: Case, now: number): CaseClock {
  // Who may not see the limit is told the light alone.
  if (!case_.due_at || !case_.limit_s) return { light: case_.light, leftS: NaN, used: 0, running: false };
  const due = Date.parse(case_.due_at);
  const running = RUNNING.has(case_.stage);
  const stoppedAt = case_.handled_at ?? case_.closed_at ?? case_.paused_at;
  const at = running || !stoppedAt ? now : Date.parse(stoppedAt);
  const leftS = (due - at) / 1000;
  const share = 1 - leftS / case_.limit_s;
  const soon = case_.soon_at ? at >= Date.parse(case_.soon_at) : share >= 0.8;
  const light: Light = !running && !stoppedAt ? case_.light : leftS <= 0 ? "over" : soon ? "soon" : "ok";
  return { light, leftS, used: Math.min(1, Math.max(0, share)), running };
}

/** A case that is filed and that nobody was sent to. */
export function waits(case_: Case): boolean {
  return case_.responder == null && case_.stage !== "dispatched" && (case_.actions ?? []).includes("dispatch");
}

export type Signal = "fresh" | "stale" | "lost" | "off";
export const STALE_S = 60;
export const LOST_S = 300;

/** Seconds since an officer's last fix; null when there was none. */
export function fixAge(responder: Responder, now: number): number | null {
  return responder.fix_at === null ? null : Math.max(0, (now - Date.parse(responder.fix_at)) / 1000);
}

/** How far an officer's place on the map can be trusted. */
export function signalOf(responder: Responder, now: number): Signal {
  if (!responder.on_duty || responder.status === "off") return "off";
  const age = fixAge(responder, now);
  if (age === null || age > LOST_S) return "lost";
  return age > STALE_S ? "stale" : "fresh";
}

/** Cases by what is wrong first: the longest overdue, then the least time left. */
export function byTimeLeft(a: Case, b: Case): number {
  return Date.parse(a.due_at) - Date.parse(b.due_at) || (a.case < b.case ? -1 : 1);
}
