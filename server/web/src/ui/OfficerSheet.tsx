/** One officer: state, age of the last fix, grids, open cases, and the patrols of the grids. */

import { fixAge, signalOf } from "../clock.ts";
import { age } from "../format.ts";
import { showPoint } from "../map/view.ts";
import { lang, named, words } from "../settings.ts";
import { now, open, overdue, responders, select } from "../state.ts";
import { Patrols, usePatrols } from "./GridSheet.tsx";
import { awayWords, CaseRow } from "./Lists.tsx";
import { SheetFrame } from "./Sheet.tsx";

export function OfficerSheet({ id }: { id: string }) {
  const w = words.value;
  const officer = responders.value.get(id);
  const routes = usePatrols(officer?.grids ?? []);
  if (!officer) return <SheetFrame over={w.officer} title={id}><p class="empty">{w.loading}</p></SheetFrame>;
  const signal = signalOf(officer, now.value);
  const mine = [...overdue.value, ...open.value].filter((c) => c.responder === id && c.stage !== "returned");
  const { lon, lat } = officer;
  return (
    <SheetFrame
      over={<>{w.officer}{officer.simulated && <span class="chip-flat">{w.simulated}</span>}</>}
      title={named(officer)}
      meta={<>{awayWords(officer) ?? w.signal[signal === "fresh" && officer.status === "busy" ? "busy" : signal]} · {w.goesBy(officer.mode)}{!officer.away && <> · {w.lastFix} {age(fixAge(officer, now.value), lang.value)}</>}</>}
      footer={lon !== null && lat !== null && (
        <div class="actions"><button type="button" class="button" onClick={() => showPoint(lon, lat)}>{w.zoomTo}</button></div>
      )}
    >
      <section class="here">
        <h3>{w.serves}</h3>
        <p class="links">
          {officer.grids.map((g) => <button key={g} type="button" class="link" onClick={() => select("grid", g)}>{w.Grid(g)}</button>)}
        </p>
      </section>
      <section class="here">
        <h3>{w.casesHere} <span class="count">{mine.length}</span></h3>
        {mine.length ? <ul class="rows">{mine.map((c) => <CaseRow key={c.case} case_={c} />)}</ul> : <p class="empty">{w.openCases(0)}</p>}
      </section>
      <Patrols routes={routes} />
    </SheetFrame>
  );
}
