/** The three lists: overdue, open, officers. They serve without the map. */

import type { ComponentChildren } from "preact";
import { clockOf, fixAge, signalOf, waits } from "../clock.ts";
import type { Case, Responder } from "../contract.ts";
import { age, time, timeLeft } from "../format.ts";
import { reveal } from "../map/view.ts";
import { may } from "../session.ts";
import { addressOf, lang, named, words } from "../settings.ts";
import { connection, hovered, awayNow, lastAlive, loaded, now, onDuty, open, overdue, select, selection, waiting } from "../state.ts";
import { initialsOf } from "./Marks.tsx";
import { PausedShape } from "./Clocks.tsx";
import { CaseShape, OfficerDisc } from "./shapes.tsx";

/** Rows drawn of one list; the count names them all, search finds the others. */
const ROWS = 200;

export function Lists() {
  const w = words.value;
  const at = time(connection.value === "lost" && lastAlive.value !== null ? lastAlive.value : now.value);
  const asOf = connection.value === "lost" ? w.asOf(at) : null;
  return (
    <aside class="lists" id="lists" tabIndex={-1} aria-label={w.lists}>
      <Section name="overdue" title={w.overdue} count={overdue.value.length} tone={overdue.value.length ? "over" : ""}
        {...(asOf ? { aside: asOf } : {})} empty={w.noOverdue(at)}>
        {overdue.value.slice(0, ROWS).map((c) => <CaseRow key={c.case} case_={c} />)}
      </Section>
      <Section name="open" title={w.open} count={open.value.length} aside={asOf ?? w.byTimeLeft} empty={w.noOpen(at)}
        above={waiting.value.length > 0 && may("cases.act") && <WaitingRow />}>
        {open.value.slice(0, ROWS).map((c) => <CaseRow key={c.case} case_={c} />)}
      </Section>
      {may("responders.see") && (
        <Section name="officers" title={w.officers} count={onDuty.value.length} aside={asOf ?? w.bySignalAge} empty={w.noOfficers}>
          {[...onDuty.value, ...awayNow.value].slice(0, ROWS).map((r) => <OfficerRow key={r.responder} officer={r} />)}
        </Section>
      )}
    </aside>
  );
}

interface SectionProps {
  name: string; title: string; count: number; aside?: string; tone?: string; empty: string; above?: ComponentChildren;
  children: ComponentChildren[];
}

function Section({ name, title, count, aside, tone = "", empty, above, children }: SectionProps) {
  const w = words.value;
  return (
    <section class={`list ${name}`} aria-labelledby={`list-${name}`}>
      <h2 id={`list-${name}`} class={tone}>{title} <span class="count">{loaded.value ? count : "–"}</span>
        {aside && <span class="aside">{aside}</span>}
      </h2>
      {above}
      {!loaded.value ? <Blocks />
        : children.length ? <ul onKeyDown={walkRows}>{children}{count > children.length && <li class="empty rest">{w.rest(count - children.length)}</li>}</ul>
        : <p class="empty">{empty}</p>}
    </section>
  );
}

/** Cases that nobody was sent to, and the way to send somebody to all of them. */
function WaitingRow() {
  const d = words.value.desk;
  return (
    <p class="waiting-row">
      <span>{d.waiting(waiting.value.length)}</span>
      <button type="button" class="button" onClick={() => select("figure", "waiting")}>{d.together}</button>
    </p>
  );
}

/** Grey blocks where rows will be. */
function Blocks() {
  return <div class="blocks" aria-hidden="true"><i /><i /><i /></div>;
}

/** Arrow keys move between the rows of one list. */
function walkRows(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step) return;
  const rows = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement as HTMLButtonElement);
  rows[at + step]?.focus();
  event.preventDefault();
}

export function CaseRow({ case_ }: { case_: Case }) {
  return <li><CaseButton case_={case_} /></li>;
}

export function CaseButton({ case_ }: { case_: Case }) {
  const w = words.value;
  const clock = clockOf(case_, now.value);
  const chosen = selection.value?.kind === "case" && selection.value.id === case_.case;
  const point = () => { hovered.value = { kind: "case", id: case_.case }; };
  const leave = () => { hovered.value = null; };
  return (
    <button
      type="button" class={`row case-row ${clock.light}${clock.running ? "" : " still"}`} data-case={case_.case} aria-current={chosen ? "true" : undefined}
      onMouseEnter={point} onMouseLeave={leave} onFocus={point} onBlur={leave}
      onClick={() => { select("case", case_.case); reveal(case_.lon, case_.lat); }}
    >
      <span class="lead">
        {case_.paused_at != null ? <PausedShape size={14} /> : <CaseShape light={clock.light} size={clock.light === "ok" ? 13 : 16} />}
        <span class="sr">{w.light[clock.light]}</span>
      </span>
      <span class="main">
        <span class="name">{named(case_)}</span>
        <span class="meta">{addressOf(case_) && <span class="address">{addressOf(case_)}</span>}<span class="code">{w.grid(case_.grid)}</span>{waits(case_) && <span class="code waits">{w.desk.waitsShort}</span>}</span>
      </span>
      <span class="time">
        <span class="left">{clock.running ? timeLeft(clock.leftS, lang.value) : (w.stage[case_.stage] ?? case_.stage)}</span>
        <span class="bar"><i style={{ width: `${clock.used * 100}%` }} /></span>
      </span>
    </button>
  );
}

/** Why an officer is away, in the language of the page. */
export function awayWords(officer: Responder): string | null {
  return officer.away ? (lang.value === "zh" ? officer.away.reason_zh : officer.away.reason) : null;
}

function OfficerRow({ officer }: { officer: Responder }) {
  const w = words.value;
  const signal = signalOf(officer, now.value);
  const busy = officer.status === "busy";
  const chosen = selection.value?.kind === "officer" && selection.value.id === officer.responder;
  const point = () => { hovered.value = { kind: "officer", id: officer.responder }; };
  const leave = () => { hovered.value = null; };
  return (
    <li>
      <button
        type="button" class="row officer-row" data-officer={officer.responder} aria-current={chosen ? "true" : undefined}
        onMouseEnter={point} onMouseLeave={leave} onFocus={point} onBlur={leave}
        onClick={() => {
          select("officer", officer.responder);
          if (officer.lon !== null && officer.lat !== null) reveal(officer.lon, officer.lat);
        }}
      >
        <span class="lead">
          <OfficerDisc initials={initialsOf(officer)} signal={signal} busy={busy} heading={null} size={20} />
        </span>
        <span class="main">
          <span class="name">{named(officer)}</span>
          {officer.simulated && <span class="sim">{w.sim}</span>}
          {officer.grids.length > 0 && <span class="code">{w.grid(officer.grids.join(", "))}</span>}
        </span>
        {officer.away
          ? <span class="state away">{awayWords(officer)}</span>
          : <><span class="state">{w.signal[signal === "fresh" && busy ? "busy" : signal]}</span><span class="age">{age(fixAge(officer, now.value), lang.value)}</span></>}
      </button>
    </li>
  );
}
