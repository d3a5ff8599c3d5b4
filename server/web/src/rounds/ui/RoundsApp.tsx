/** The page of rounds: a day, an officer, the stops in order, and their map. */

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api.ts";
import { PlansTop } from "../../plans/ui/PlansTop.tsx";
import { plansApi } from "../../plans/api.ts";
import { resume } from "../../plans/session.ts";
import { roles } from "../../plans/state.ts";
import { words } from "../../settings.ts";
import { board } from "../../state.ts";
import { useAsked } from "../../ui/asked.ts";
import { Fault } from "../../ui/Fault.tsx";
import { roundsApi } from "../api.ts";
import { ahead, boxOf, chosen, day, detail, isDone, moment, pinned, rounds, roundsWords, shownRound, streets, today } from "../state.ts";
import { RoundMap } from "./RoundMap.tsx";

export function RoundsApp() {
  const p = roundsWords.value;
  const [fault, setFault] = useState<unknown>(null);
  const load = () => {
    setFault(null);
    Promise.all([api.board(), plansApi.roles(), resume()]).then(([said, all]) => {
      board.value = said;
      roles.value = all;
    }, setFault);
  };
  useEffect(load, []);
  const listed = useAsked((signal) => roundsApi.on(day.value, signal), [day.value]);
  useEffect(() => { rounds.value = listed.value ?? null; }, [listed.value]);
  const round = shownRound.value;
  const asked = useAsked(async (signal) => {
    if (!round) return null;
    const follow = round.officer !== null && round.date === today();
    const [whole, next] = await Promise.all([roundsApi.one(round.route, signal), follow ? roundsApi.ahead(round.officer!, moment(), signal) : null]);
    return { whole, next };
  }, [round?.route]);
  useEffect(() => {
    const next = asked.value?.next;
    detail.value = asked.value?.whole ?? null;
    ahead.value = next ? new Map(next.stops.filter((s) => s.route === round?.route).map((s) => [s.order, s.going_on])) : null;
    pinned.value = null;
  }, [asked.value]);
  const around = useAsked(async () => {
    const box = detail.value && boxOf(detail.value);
    return box ? roundsApi.covered(box) : [];
  }, [detail.value]);
  useEffect(() => { if (around.value) streets.value = around.value; }, [around.value]);
  return (
    <div class="rounds-page">
      <PlansTop page="rounds" skip={p.skip} />
      <aside id="panel" tabIndex={-1}>
        {fault !== null && <Fault what={p.what.load} error={fault} onRetry={load} />}
        {listed.error !== null && <Fault what={p.what.load} error={listed.error} onRetry={listed.again} />}
        <Choice />
        {asked.error !== null && <Fault what={p.what.round} error={asked.error} onRetry={asked.again} />}
        {rounds.value && !round ? <Nothing /> : detail.value ? <Stops /> : <div class="blocks" aria-label={words.value.loading}><i /><i /><i /></div>}
      </aside>
      <RoundMap />
    </div>
  );
}

function Choice() {
  const p = roundsWords.value;
  const all = rounds.value?.routes ?? [];
  return (
    <div class="choice">
      <label>
        <span>{p.day}</span>
        <input type="date" value={day.value} onChange={(event) => { if (event.currentTarget.value) day.value = event.currentTarget.value; }} />
      </label>
      {all.length > 0 && (
        <label>
          <span>{p.round}</span>
          <select value={shownRound.value?.route ?? ""} onChange={(event) => { chosen.value = event.currentTarget.value; }}>
            {all.map((one) => <option key={one.route} value={one.route}>{p.of(one.officer, one.route, one.grid)}</option>)}
          </select>
        </label>
      )}
    </div>
  );
}

function Nothing() {
  const p = roundsWords.value;
  const [first, last] = rounds.value?.days ?? [];
  if (!first || !last) return <p class="empty">{p.none}</p>;
  return (
    <div class="empty">
      <p>{p.noRounds(day.value)} {p.between(first, last)}</p>
      <button type="button" class="button" onClick={() => { day.value = first; }}>{p.goTo(first)}</button>
    </div>
  );
}

function Stops() {
  const p = roundsWords.value;
  const round = detail.value!;
  return (
    <>
      <p class="meta">{p.figures(round.stop_list.length, String(Math.round(round.minutes)), (round.length_m / 1000).toFixed(1))}</p>
      <ol class="stops" aria-label={p.stops}>
        {round.stop_list.map((stop) => {
          const now = ahead.value?.get(stop.order) === true;
          const done = isDone(stop);
          return (
            <li key={stop.order} class={done ? "done" : now ? "now" : ""}>
              <button type="button" aria-pressed={pinned.value === stop.order}
                onClick={() => { pinned.value = pinned.value === stop.order ? null : stop.order; }}>
                <b class="number">{stop.order + 1}</b>
                <span class="what">{stop.name ?? stop.what}</span>
                <span class="when">
                  {stop.begin ? `${stop.begin}–${stop.leave ?? ""}` : p.minute(String(Math.round(stop.arrive_min)), String(Math.round(stop.leave_min)))}
                  {done && ` · ${p.done}`}{now && ` · ${p.goingOn}`}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}
