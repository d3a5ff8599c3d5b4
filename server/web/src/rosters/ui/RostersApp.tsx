/** The page of rosters: who fills which role in which grid on a day, and what stands empty. */

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api.ts";
import { whole } from "../../format.ts";
import { PlansTop } from "../../plans/ui/PlansTop.tsx";
import { plansApi } from "../../plans/api.ts";
import { may, me, resume } from "../../plans/session.ts";
import { importWords } from "../../plans/spoken.ts";
import { roles } from "../../plans/state.ts";
import { words } from "../../settings.ts";
import { board } from "../../state.ts";
import { useAsked } from "../../ui/asked.ts";
import { Fault } from "../../ui/Fault.tsx";
import { rostersApi } from "../api.ts";
import { day, limit, onlyGaps, roster, rosterWords, sought, turn } from "../state.ts";
import { ImportRoster } from "./ImportRoster.tsx";
import { RosterTable } from "./RosterTable.tsx";

export function RostersApp() {
  const p = rosterWords.value;
  const [known, setKnown] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const load = () => {
    setFault(null);
    Promise.all([api.board(), plansApi.roles(), resume()]).then(([said, all]) => {
      board.value = said;
      roles.value = all;
      setKnown(true);
    }, setFault);
  };
  useEffect(load, []);
  const asked = useAsked(
    async (signal) => (known ? rostersApi.find({ on: day.value, text: sought.value, gaps: onlyGaps.value, limit: limit.value }, signal) : null),
    [known, day.value, sought.value, onlyGaps.value, limit.value, turn.value, me.value?.key],
  );
  useEffect(() => { if (asked.value) roster.value = asked.value; }, [asked.value]);
  return (
    <div class="rosters-page">
      <PlansTop page="rosters" skip={p.skip} />
      <main id="panel" tabIndex={-1}>
        {fault !== null && <Fault what={p.what.load} error={fault} onRetry={load} />}
        {asked.error !== null && <Fault what={p.what.load} error={asked.error} onRetry={asked.again} />}
        <Tools />
        {roster.value ? <RosterTable roster={roster.value} /> : <div class="blocks" aria-label={words.value.loading}><i /><i /><i /></div>}
      </main>
    </div>
  );
}

function Tools() {
  const p = rosterWords.value;
  const [importing, setImporting] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const told = roster.value;
  const save = (event: Event) => {
    const list = event.currentTarget as HTMLSelectElement;
    setFault(null);
    if (list.value) rostersApi.save(list.value).catch(setFault);
    list.value = "";
  };
  return (
    <div class="tools">
      <label class="base-choice">
        <span>{p.day}</span>
        <input type="date" value={day.value || (told?.on ?? "")} onChange={(event) => { day.value = event.currentTarget.value; }} />
      </label>
      <input type="search" class="find" aria-label={p.find} placeholder={p.find} value={sought.value}
        onChange={(event) => { sought.value = event.currentTarget.value.trim(); }} />
      {told && (
        <dl class="counts">
          <div><dt>{p.places}</dt><dd>{whole(told.places)}</dd></div>
          <div><dt>{p.filled}</dt><dd>{whole(told.places - told.empty)}</dd></div>
          <div class={told.empty ? "gap" : ""}><dt>{p.empty}</dt><dd>{whole(told.empty)}</dd></div>
          <div><dt>{p.people}</dt><dd>{whole(told.people)} {told.several > 0 && <small>{p.several(whole(told.several))}</small>}</dd></div>
        </dl>
      )}
      <label class="settle">
        <input type="checkbox" checked={onlyGaps.value} onChange={(event) => { onlyGaps.value = event.currentTarget.checked; }} />
        {p.onlyGaps}
      </label>
      <span class="push" />
      {told?.names && (
        <select aria-label={p.save} onChange={save}>
          <option value="">{p.save}</option>
          {Object.entries(p.formats).map(([format, name]) => <option key={format} value={format}>{name}</option>)}
        </select>
      )}
      {may("rosters.edit") && (
        <button type="button" class="button" aria-haspopup="dialog" onClick={() => setImporting(true)}>{importWords.value.roster.open}</button>
      )}
      {importing && <ImportRoster onClose={() => setImporting(false)} />}
      {fault !== null && <Fault what={p.what.save} error={fault} />}
      {told && <p class="meta">{told.names ? p.logged : p.hidden}</p>}
    </div>
  );
}
