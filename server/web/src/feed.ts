/** Fills the state from the server: board and grids once, then the live stream for as long as the page is open. */

import { batch } from "@preact/signals";
import { api, Problem } from "./api.ts";
import { isOpen } from "./clock.ts";
import type { Case, CaseEvent, Indicators, Responder, Snapshot } from "./contract.ts";
import { follow } from "./live.ts";
import { me, stillMe } from "./session.ts";
import {
  board, cases, connection, forgetCase, grids, indicators, lastAlive, loaded, newest, now, plansTaken, putCase, putResponders, responders,
  retryAt, selectedCase, skew, snapshots,
} from "./state.ts";

export function startClock(): void {
  const tick = () => {
    now.value = Date.now() + skew.value;
    setTimeout(tick, 1000 - (now.value % 1000));
  };
  tick();
}

/** Load what changes rarely. Throws the server's refusal as a `Problem`. */
export async function loadBoard(): Promise<void> {
  const asked = Date.now();
  const [said, features] = await Promise.all([api.board(), api.gridFeatures()]);
  batch(() => {
    setServerTime(said.server_time, (asked + Date.now()) / 2);
    board.value = said;
    grids.value = features;
  });
}

function setServerTime(text: string, at: number): void {
  const server = Date.parse(text);
  if (Number.isNaN(server)) throw new Problem({ title: `unreadable server time '${text}'`, status: 500 });
  skew.value = server - at;
  now.value = Date.now() + skew.value;
}

let retry = new AbortController();

/** Try the lost stream at once instead of waiting for the next turn. */
export function reconnect(): void {
  retry.abort();
  retry = new AbortController();
  // The public is shown what tells of nobody; an older server leaves it to who asks.
  const path = me.value.role === "public" ? "/api/v1/live?role=public" : "/api/v1/live";
  let tries = 0;
  const onTry = () => {
    retryAt.value = null;
    if (tries++ > 0) void stillMe();
  };
  void follow(path, { onEvent: take, onAlive: alive, onLost: lose, onTry }, retry.signal);
}

/** A network that is known to be gone needs no timeout: the line is told lost, and tried as soon as the network is back. */
export function watchNetwork(): void {
  addEventListener("offline", () => { connection.value = "lost"; });
  addEventListener("online", reconnect);
}

let losing: ReturnType<typeof setTimeout> | undefined;

function alive(): void {
  clearTimeout(losing);
  losing = undefined;
  batch(() => {
    connection.value = "live";
    lastAlive.value = Date.now() + skew.value;
  });
}

/** A stream that ends by plan is back within a second: only a longer gap is called lost. */
function lose(waitMs: number): void {
  retryAt.value = now.value + waitMs;
  losing ??= setTimeout(() => { connection.value = "lost"; }, 1500);
}

function take(event: string, data: unknown): void {
  if (event === "snapshot") {
    // What happened before it isn't told, and another plan may be among that.
    if (snapshots.value > 0) void takePlan();
    takeSnapshot(data as Snapshot);
  }
  else if (event === "case") takeCase(data as Case & { event?: CaseEvent });
  else if (event === "responder") takeResponders(data as Responder | Responders);
  else if (event === "indicators") indicators.value = data as Indicators;
  else if (event === "plan") void takePlan();
}

/** Another plan is in force, or may be since the line was lost: board, grids and tiles are read again. */
async function takePlan(): Promise<void> {
  try {
    await loadBoard();
    plansTaken.value += 1;
  } catch (fault) {
    console.warn(fault);
  }
}

function takeSnapshot(snapshot: Snapshot): void {
  batch(() => {
    setServerTime(snapshot.server_time, Date.now());
    const next = new Map(snapshot.cases.map((c) => [c.case, c]));
    // The case that is being read stays, although it was closed while nobody listened.
    const read = selectedCase.value === null ? undefined : cases.value.get(selectedCase.value);
    if (read && !next.has(read.case)) next.set(read.case, read);
    cases.value = next;
    responders.value = new Map(snapshot.responders.map((r) => [r.responder, r]));
    indicators.value = snapshot.indicators;
    loaded.value = true;
    snapshots.value += 1;
  });
}

type Responders = { responders: Responder[]; all?: boolean };

function takeResponders(told: Responder | Responders): void {
  if ("responders" in told) putResponders(told.responders, told.all);
  else putResponders([told]);
}

const KEPT_CLOSED = 200;

function takeCase(case_: Case & { event?: CaseEvent; gone?: boolean }): void {
  if (case_.gone) return forgetCase(case_.case);
  batch(() => {
    putCase(case_);
    if (case_.event) newest.value = case_.event;
    const closed = [...cases.value.values()].filter((c) => !isOpen(c) && c.case !== selectedCase.value);
    if (closed.length > KEPT_CLOSED) {
      const next = new Map(cases.value);
      for (const old of closed) next.delete(old.case);
      cases.value = next;
    }
  });
}
