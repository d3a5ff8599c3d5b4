/** The cases that a figure of the strip counts. */

import { useEffect, useState } from "preact/hooks";
import { api } from "../api.ts";
import type { Case } from "../contract.ts";
import { percent } from "../format.ts";
import { lang, words } from "../settings.ts";
import { indicators, now, ok, overdue, snapshots, soon } from "../state.ts";
import { useAsked } from "./asked.ts";
import { Fault } from "./Fault.tsx";
import { IndicatorTable } from "./IndicatorTable.tsx";
import { CaseRow } from "./Lists.tsx";
import { SheetFrame } from "./Sheet.tsx";
import { Waiting } from "./Waiting.tsx";
import { ZeroGrids } from "./ZeroGrids.tsx";

const DAY_MS = 86_400_000;

export function FigureSheet({ id }: { id: string }) {
  if (id === "waiting") return <Waiting />;
  if (id === "all") return <IndicatorTable />;
  if (id === "on_time" || id === "reported") return <Recent id={id} />;
  return <Current list={(id === "overdue" ? overdue : id === "soon" ? soon : ok).value} id={id} />;
}

/** Cases of this moment: the stream keeps them. */
function Current({ id, list }: { id: string; list: Case[] }) {
  const w = words.value;
  return (
    <SheetFrame over={w.board} title={w.desk.figureOf[id] ?? id} meta={w.desk.counted(list.length)}>
      <Rows list={list} />
    </SheetFrame>
  );
}

/** Cases of the last 24 hours, asked for again when the figure changes. */
function Recent({ id }: { id: "on_time" | "reported" }) {
  const w = words.value;
  const said = indicators.value;
  const [from] = useState(() => new Date(now.value - DAY_MS).toISOString());
  const asked = useAsked(
    (signal) => api.list(`/api/v1/cases?figure=reported&from=${encodeURIComponent(from)}`, signal),
    [snapshots.value, said?.reported_today, said?.on_time.due, said?.on_time.on_time],
  );
  const all = asked.value ?? [];
  // Newest first: today's are the first of the day's 24 hours, on the server's calendar.
  const list = id === "reported" ? all.slice(0, said?.reported_today ?? 0) : dueOf(all);
  const rate = id === "on_time" && said ? ` · ${percent(said.on_time.rate, lang.value)} · ${w.desk.lateFirst}` : "";
  return (
    <SheetFrame over={w.board} title={w.desk.figureOf[id] ?? id} meta={asked.value && w.desk.counted(list.length) + rate}>
      {asked.error !== null && <Fault what={w.what.figures} error={asked.error} onRetry={asked.again} />}
      {!asked.value && asked.error === null && <div class="blocks"><i /><i /><i /></div>}
      {asked.value && <Rows list={list} />}
      {id === "reported" && <ZeroGrids />}
    </SheetFrame>
  );
}

/** Stages at whose end nothing was due. */
const VOID = new Set<Case["stage"]>(["refused", "withdrawn", "merged", "shelved"]);

/** Those that the rate speaks of: handled, or their time is up; the late ones first. */
function dueOf(list: Case[]): Case[] {
  const due = list.filter((c) => !VOID.has(c.stage) && (c.handled_at !== null || Date.parse(c.due_at) <= now.value));
  const late = (c: Case) => !(c.handled_at !== null && Date.parse(c.handled_at) <= Date.parse(c.due_at));
  return [...due.filter(late), ...due.filter((c) => !late(c))];
}

const ROWS = 200;

/** Rows of cases; the first few hundred, the count above names them all. */
export function Rows({ list }: { list: Case[] }) {
  const w = words.value;
  const [shown, setShown] = useState(ROWS);
  useEffect(() => setShown(ROWS), [list.length === 0]);
  if (!list.length) return <p class="empty">{w.desk.none}</p>;
  return (
    <>
      <ul class="rows">{list.slice(0, shown).map((c) => <CaseRow key={c.case} case_={c} />)}</ul>
      {list.length > shown && <button type="button" class="button" onClick={() => setShown(shown + ROWS)}>{w.showOthers(list.length - shown)}</button>}
    </>
  );
}
