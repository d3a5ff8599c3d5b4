/** The clocks of a case: the one that counts, large; those of its steps below it. Shape, colour and words, second by second. */

import { clockOf } from "../clock.ts";
import type { Case, CaseDetail, Light, Possible, StepClock } from "../contract.ts";
import { moment, span, time, timeLeft } from "../format.ts";
import { lang, named, words } from "../settings.ts";
import { now } from "../state.ts";
import { CaseShape } from "./shapes.tsx";

interface StripProps {
  case_: Case;
  limit: CaseDetail["limit"];
  supervise: Possible | undefined;
  onAsk: (action: Possible) => void;
}

export function ClockStrip({ case_, limit, supervise, onAsk }: StripProps) {
  const clock = clockOf(case_, now.value);
  const paused = case_.paused_at != null;
  const press = supervise && clock.running && clock.light === "over" && !case_.supervised_at;
  return (
    <div class={`clock-strip ${paused ? "paused" : clock.light}`}>
      {paused ? <PausedShape /> : <CaseShape light={clock.light} size={20} />}
      <div><strong>{titleOf(case_, limit)}</strong><span>{metaOf(case_, limit).join(" · ")}</span></div>
      {press && <button type="button" class="button" onClick={() => onAsk(supervise)}>{named(supervise)}</button>}
      <span class="bar" aria-hidden="true"><i style={{ width: `${clock.used * 100}%` }} /></span>
    </div>
  );
}

function titleOf(case_: Case, limit: CaseDetail["limit"]): string {
  const w = words.value;
  const clock = clockOf(case_, now.value);
  if (Number.isNaN(clock.leftS)) return w.stage[case_.stage];
  if (case_.paused_at != null) return limit ? `${w.desk.shelved} · ${timeLeft(limit.left_s, lang.value)}` : w.desk.shelved;
  if (["withdrawn", "refused", "merged"].includes(case_.stage)) return w.stage[case_.stage];
  const text = span(clock.leftS, lang.value);
  if (clock.running) return clock.leftS <= 0 ? w.overdueBy(text) : w.left(text);
  return clock.leftS >= 0 ? w.handledInTime : w.handledLate;
}

function metaOf(case_: Case, limit: CaseDetail["limit"]): string[] {
  const w = words.value;
  const at = (text: string) => moment(Date.parse(text), now.value, lang.value);
  const { running, leftS } = clockOf(case_, now.value);
  if (Number.isNaN(leftS)) return [w.light[case_.light]];
  const allowed = w.limit(limit ? limit.words[lang.value] : span(case_.limit_s, lang.value));
  const told = case_.paused_at != null ? [allowed, w.desk.shelvedSince(at(case_.paused_at))]
    : running ? [allowed, w.dueAt(at(case_.due_at))]
    : [case_.closed_at ? w.closedAt(at(case_.closed_at)) : w.waitsForCheck];
  if (running && case_.stage === "dispatched") told.push(...onTheWay(case_));
  if (case_.level && case_.level !== "grid") told.push(w.desk.atLevel(w.desk.level[case_.level] ?? case_.level));
  if (case_.supervised_at) told.push(w.desk.supervised);
  return told;
}

/** What is known of the officer who was sent: asked, or going, and when there. */
function onTheWay(case_: Case): string[] {
  const w = words.value;
  const name = named({ name: case_.responder_name, name_zh: case_.responder_name_zh });
  const told: string[] = [];
  if (case_.acknowledged_at) told.push(w.desk.acknowledged(time(Date.parse(case_.acknowledged_at))));
  else if (case_.asked_at && name) told.push(w.desk.asked(name, case_.answer_at ? time(Date.parse(case_.answer_at)) : null));
  if (case_.eta_at) told.push(w.arrives(time(Date.parse(case_.eta_at))));
  if (case_.declined) told.push(w.desk.declinedBy(case_.declined));
  return told;
}

/** Filing, dispatch, handling, checking: each with its own limit, done or ticking. */
export function StepClocks({ clocks, paused }: { clocks: StepClock[]; paused: boolean }) {
  const d = words.value.desk;
  return (
    <dl class="step-clocks" aria-label={d.clocksTitle}>
      {clocks.map((one) => {
        const light = lightOf(one, paused);
        return (
          <div key={one.clock} class={light ?? "idle"} data-clock={one.clock}>
            <dt>{light ? <CaseShape light={light} size={light === "over" ? 13 : 12} /> : <i class="idle-shape" />}{d.clocks[one.clock] ?? one.clock}</dt>
            <dd>{stepWords(one, paused)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/** A step that runs out while nobody tells turns by itself; amber is the server's to say, as it knows the calendar. */
function lightOf(one: StepClock, paused: boolean): Light | null {
  if (one.due_at === null) return null;
  return one.done_at === null && !paused && Date.parse(one.due_at) <= now.value ? "over" : one.light;
}

function stepWords(one: StepClock, paused: boolean): string {
  const d = words.value.desk;
  if (one.done_at !== null) {
    const at = moment(Date.parse(one.done_at), now.value, lang.value);
    return one.light === "over" ? d.doneLate(at) : d.doneAt(at);
  }
  if (one.due_at === null) return d.notRunning;
  const left = paused && one.left_s !== null ? one.left_s : (Date.parse(one.due_at) - now.value) / 1000;
  return timeLeft(left, lang.value);
}

/** A clock that stands: two bars. */
export function PausedShape({ size = 20 }: { size?: number }) {
  const side = { width: `${size / 16}rem`, height: `${size / 16}rem` };
  return <svg class="shape paused" viewBox="0 0 20 20" style={side} aria-hidden="true"><path d="M7 4v12M13 4v12" /></svg>;
}
