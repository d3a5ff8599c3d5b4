/** One case: its clock, its timeline as it grows, who can take it, and what may be done next. */

import { useEffect, useState } from "preact/hooks";
import { api, newKey, Problem } from "../api.ts";
import { clockOf } from "../clock.ts";
import type { Action, Case, CaseDetail } from "../contract.ts";
import { distance, moment, span, time } from "../format.ts";
import { reveal, way } from "../map/view.ts";
import { lang, named, words } from "../settings.ts";
import { cases, newest, now, putCase, snapshots } from "../state.ts";
import { useAsked } from "./asked.ts";
import { Candidates } from "./Candidates.tsx";
import { Fault } from "./Fault.tsx";
import { CaseShape } from "./shapes.tsx";
import { SheetFrame } from "./Sheet.tsx";
import { Timeline } from "./Timeline.tsx";

export function CaseSheet({ id }: { id: string }) {
  const w = words.value;
  const live = cases.value.get(id);
  const detail = useAsked((signal) => api.caseDetail(id, signal), [id, snapshots.value, live?.version]);
  const [fault, setFault] = useState<unknown>(null);
  useRouteOf(detail.value, live);
  useEffect(() => {
    if (detail.value && !cases.value.has(id)) {
      putCase(detail.value);
      reveal(detail.value.lon, detail.value.lat);
    }
  }, [detail.value]);
  const known = live ?? detail.value;
  if (!known) {
    return (
      <SheetFrame over={w.case(id)} title={detail.error ? id : w.loading}>
        {detail.error ? <Fault what={w.what.case} error={detail.error} onRetry={detail.again} /> : <div class="blocks"><i /><i /><i /></div>}
      </SheetFrame>
    );
  }
  const done = (changed: CaseDetail) => {
    setFault(null);
    putCase(changed);
    detail.put({ ...changed, route: changed.route ?? null });
  };
  const failed = (error: unknown) => {
    setFault(error);
    // Whoever changed it first, its newest state is what the next choice is made from.
    if (error instanceof Problem && [409, 412].includes(error.details.status)) detail.again();
  };
  return (
    <SheetFrame
      over={<>{w.case(known.case)}{known.simulated && <span class="chip-flat">{w.simulated}</span>}</>}
      title={named(known)}
      meta={<>{known.address ?? w.unplaced} · {w.Grid(known.grid)}{known.owner_name && <> · {w.owner(named({ name: known.owner_name, name_zh: known.owner_name_zh }))}</>}</>}
      footer={<Actions case_={known} onDone={done} onFail={failed} />}
    >
      <ClockStrip case_={known} />
      {fault !== null && <Fault what={w.what.act} error={fault} />}
      {known.description && <p class="words">{known.description}</p>}
      {known.snapped_m !== null && known.snapped_m > 0.5 && <p class="words note">{w.snapped(distance(known.snapped_m))}</p>}
      {detail.value ? <Timeline events={withNewest(detail.value, id)} />
        : detail.error ? <Fault what={w.what.case} error={detail.error} onRetry={detail.again} />
        : <div class="blocks"><i /><i /><i /></div>}
      {known.actions.includes("dispatch") && <Candidates case_={known} onDone={done} onFail={failed} />}
    </SheetFrame>
  );
}

/** Draw the way of the officer who is going there, for as long as the sheet is open. */
function useRouteOf(detail: CaseDetail | null, live: Case | undefined): void {
  const going = (live ?? detail)?.stage === "dispatched";
  useEffect(() => {
    way.value = going && detail?.route ? detail.route : null;
    return () => { way.value = null; };
  }, [detail, going]);
}

/** The events that were read, and the newest that the stream has told since. */
function withNewest(detail: CaseDetail, id: string) {
  const told = newest.value;
  if (!told || told.case !== id || detail.events.some((e) => e.seq === told.seq)) return detail.events;
  return [...detail.events, told];
}

function ClockStrip({ case_ }: { case_: Case }) {
  const w = words.value;
  const clock = clockOf(case_, now.value);
  const text = span(clock.leftS, lang.value);
  const title = case_.stage === "withdrawn" ? w.withdrawn
    : clock.running ? (clock.leftS <= 0 ? w.overdueBy(text) : w.left(text))
    : clock.leftS >= 0 ? w.handledInTime : w.handledLate;
  const meta = clock.running
    ? [w.limit(span(case_.limit_s, lang.value)), w.dueAt(moment(Date.parse(case_.due_at), now.value, lang.value))]
    : [case_.closed_at ? w.closedAt(moment(Date.parse(case_.closed_at), now.value, lang.value)) : w.waitsForCheck];
  if (clock.running && case_.eta_at && case_.stage === "dispatched") meta.push(w.arrives(time(Date.parse(case_.eta_at))));
  return (
    <div class={`clock-strip ${clock.light}`}>
      <CaseShape light={clock.light} size={20} />
      <div><strong>{title}</strong><span>{meta.join(" · ")}</span></div>
      <span class="bar" aria-hidden="true"><i style={{ width: `${clock.used * 100}%` }} /></span>
    </div>
  );
}

/** Actions in the order of a case's life; the first that leads on is the primary one. */
const FORWARD: Action[] = ["accept", "start", "handle", "check", "close"];
const ASIDE: Action[] = ["return", "rework", "withdraw"];

interface ActionsProps { case_: Case; onDone: (changed: CaseDetail) => void; onFail: (error: unknown) => void }

function Actions({ case_, onDone, onFail }: ActionsProps) {
  const w = words.value;
  const [asking, setAsking] = useState<Action | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (action: Action) => {
    setBusy(true);
    setAsking(null);
    try {
      onDone(await api.act(case_, action, {}, newKey()));
    } catch (error) {
      onFail(error);
    } finally {
      setBusy(false);
    }
  };
  const possible = (list: Action[]) => list.filter((action) => case_.actions.includes(action));
  if (!possible(FORWARD).length && !possible(ASIDE).length) return null;
  if (asking) {
    return (
      <div class="actions" role="group" aria-label={w.confirmAction(w.action[asking])}>
        <span class="ask">{w.confirmAction(w.action[asking])}</span>
        <button type="button" class="button danger" autofocus onClick={() => void run(asking)}>{w.doIt(w.action[asking])}</button>
        <button type="button" class="button" onClick={() => setAsking(null)}>{w.cancel}</button>
      </div>
    );
  }
  return (
    <div class="actions">
      {possible(FORWARD).map((action, i) => (
        <button key={action} type="button" class={`button${i === 0 ? " primary" : ""}`} disabled={busy} title={w.actionHint[action]}
          data-action={action} onClick={() => void run(action)}>{w.action[action]}</button>
      ))}
      {possible(ASIDE).map((action) => (
        <button key={action} type="button" class="button" disabled={busy} title={w.actionHint[action]} data-action={action}
          onClick={() => setAsking(action)}>{w.action[action]}</button>
      ))}
    </div>
  );
}
