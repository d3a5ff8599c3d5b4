/** The indicator strip: at most six figures, each with its words. Without the line they stand, with "as of". */

import type { ComponentChildren } from "preact";
import { signalOf } from "../clock.ts";
import { percent, time, whole } from "../format.ts";
import { lang, words } from "../settings.ts";
import { connection, indicators, lastAlive, loaded, now, okCount, onDuty, overdue, soonCount } from "../state.ts";
import { CaseShape } from "./shapes.tsx";

export function Strip() {
  const w = words.value;
  const said = indicators.value;
  const ready = loaded.value;
  const figure = (n: number) => (ready ? whole(n) : "–");
  // Each officer counts once: whose place isn't known counts as stale, whatever he was doing.
  const known = onDuty.value.filter((r) => signalOf(r, now.value) === "fresh");
  const busy = known.filter((r) => r.status === "busy").length;
  const asOf = connection.value === "lost" && lastAlive.value !== null ? w.asOf(time(lastAlive.value)) : null;
  return (
    <section class="strip" aria-label={w.indicators}>
      <Figure label={<><CaseShape light="over" size={14} />{w.overdue}</>} tone={overdue.value.length ? "over" : ""}
        value={figure(overdue.value.length)} note={asOf} />
      <Figure label={<><CaseShape light="soon" size={14} />{w.dueSoon}</>} tone={soonCount.value ? "soon" : ""}
        value={figure(soonCount.value)} note={asOf} />
      <Figure label={<><CaseShape light="ok" size={13} />{w.onTime}</>} value={figure(okCount.value)} note={asOf} />
      <Figure label={w.onTimeHandling} value={percent(said?.on_time.rate, lang.value)}
        note={said && said.on_time.due > 0 ? w.ofDue(whole(said.on_time.on_time), whole(said.on_time.due)) : asOf} />
      <Figure label={w.officersOnDuty} value={figure(onDuty.value.length)}
        note={ready ? w.dutyParts(known.length - busy, busy, onDuty.value.length - known.length) : null} />
      <Figure label={w.reportedToday} value={whole(said?.reported_today)} note={said ? w.gridsAtZero(said.grids_at_zero) : null} />
    </section>
  );
}

interface FigureProps { label: ComponentChildren; value: string; note?: string | null; tone?: string }

function Figure({ label, value, note, tone = "" }: FigureProps) {
  return (
    <div class="figure">
      <span class="label">{label}</span>
      <span class="value"><b class={tone}>{value}</b>{note && <small>{note}</small>}</span>
    </div>
  );
}
