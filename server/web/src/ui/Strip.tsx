/** The indicator strip: at most six figures, each with its words, each opening its cases. Without the line they stand, with "as of". */

import type { ComponentChildren } from "preact";
import { signalOf } from "../clock.ts";
import { percent, time, whole } from "../format.ts";
import { may } from "../session.ts";
import { lang, wall, words } from "../settings.ts";
import { connection, indicators, lastAlive, loaded, now, ok, onDuty, overdue, select, selection, soon } from "../state.ts";
import { CaseShape } from "./shapes.tsx";

export function Strip() {
  const w = words.value;
  const said = indicators.value;
  const lost = connection.value === "lost";
  const figure = (n: number) => (loaded.value ? whole(n) : "–");
  const asOf = lost && lastAlive.value !== null ? w.asOf(time(lastAlive.value)) : null;
  const due = said && said.on_time.due ? w.ofDue(whole(said.on_time.on_time), whole(said.on_time.due)) : null;
  return (
    <section class={`strip${lost ? " old" : ""}`} aria-label={w.indicators}>
      <Figure id="overdue" label={<><CaseShape light="over" size={14} />{w.overdue}</>} tone={overdue.value.length ? "over" : ""}
        value={figure(overdue.value.length)} note={asOf} />
      <Figure id="soon" label={<><CaseShape light="soon" size={14} />{w.dueSoon}</>} tone={soon.value.length ? "soon" : ""}
        value={figure(soon.value.length)} note={asOf} />
      <Figure id="ok" label={<><CaseShape light="ok" size={13} />{w.onTime}</>} value={figure(ok.value.length)} note={asOf} />
      <Figure id="on_time" label={w.onTimeHandling} value={said && said.on_time.due !== null ? percent(said.on_time.rate, lang.value) : "–"} note={asOf ?? due}
        {...whyNone(said?.on_time.due)} />
      {may("responders.see") && <Officers asOf={asOf} />}
      <Figure id="reported" label={w.reportedToday} value={whole(said?.reported_today)} note={asOf ?? (said?.grids_at_zero != null ? w.gridsAtZero(said.grids_at_zero) : null)}
        {...(said?.reported_today === null ? { why: w.desk.smallWhy } : {})} />
      {!wall && may("figures.whole") && (
        <button type="button" class="plain more-figures" aria-current={chosen("all")} onClick={() => select("figure", "all")}>{w.desk.allFigures}</button>
      )}
    </section>
  );
}

/** A rate without a base is n/a; one that is left out tells too much of too few. */
function whyNone(due: number | null | undefined): { why?: string } {
  const d = words.value.desk;
  return due === 0 ? { why: d.naWhy } : due === null ? { why: d.smallWhy } : {};
}

/** Each officer counts once: whose place isn't known counts as stale, whatever he was doing. */
function Officers({ asOf }: { asOf: string | null }) {
  const w = words.value;
  const known = onDuty.value.filter((r) => signalOf(r, now.value) === "fresh");
  const busy = known.filter((r) => r.status === "busy").length;
  const parts = w.dutyParts(known.length - busy, busy, onDuty.value.length - known.length);
  return (
    <div class="figure">
      <span class="label">{w.officersOnDuty}</span>
      <span class="value"><b>{loaded.value ? whole(onDuty.value.length) : "–"}</b>{loaded.value && <small>{asOf ?? parts}</small>}</span>
    </div>
  );
}

function chosen(id: string): "true" | undefined {
  return selection.value?.kind === "figure" && selection.value.id === id ? "true" : undefined;
}

/** Figures of the cases that the stream tells. */
const NOW = new Set(["overdue", "soon", "ok"]);

interface FigureProps { id: string; label: ComponentChildren; value: string; note?: string | null; tone?: string; why?: string }

function Figure({ id, label, value, note, tone = "", why }: FigureProps) {
  const d = words.value.desk;
  const words_ = (
    <>
      <span class="label">{label}</span>
      <span class="value"><b class={tone}>{value}</b>{note && <small>{note}</small>}</span>
    </>
  );
  // The cases behind an indicator are shown to those who may see small counts; those of this moment are in the lists anyhow.
  if (wall || (!NOW.has(id) && !may("figures.whole"))) return <div class="figure" data-figure={id} title={why}>{words_}</div>;
  return (
    <button type="button" class="figure" data-figure={id} aria-current={chosen(id)} title={why ?? d.openCases(d.figureOf[id] ?? id)}
      onClick={() => select("figure", id)}>{words_}</button>
  );
}
