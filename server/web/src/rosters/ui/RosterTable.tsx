/** Grids by roles: who holds each place, and where nobody does. */

import { useState } from "preact/hooks";
import { whole } from "../../format.ts";
import { may } from "../../plans/session.ts";
import type { GridPlaces, Place, Roster } from "../api.ts";
import { limit, onlyGaps, roleTitle, rosterWords, sought } from "../state.ts";
import { EndTerm, PutTerm } from "./TermForms.tsx";

/** Most grids that the server tells at once. */
const MOST = 1000;

/** What is being done in which cell. */
type Doing = { what: "put"; grid: string; role: string } | { what: "end"; term: number } | null;

export function RosterTable({ roster }: { roster: Roster }) {
  const p = rosterWords.value;
  const [doing, setDoing] = useState<Doing>(null);
  if (!roster.places) return <p class="empty">{p.noGrids(roster.on)}</p>;
  if (!roster.found) {
    const none = sought.value ? (onlyGaps.value ? p.noMatchGaps : p.noMatch)(sought.value) : p.noGaps(roster.on);
    return <p class="empty">{none}</p>;
  }
  return (
    <div class={roster.people ? "roster-box" : "roster-box bare"} tabIndex={0} role="region" aria-label={p.table}>
      {roster.people === 0 && <p class="empty">{may("rosters.edit") ? p.nobodyYet : p.nobody(roster.on)}</p>}
      <table class="roster">
        <thead>
          <tr>
            <th scope="col">{p.grid}</th>
            {roster.roles.map((role) => <th key={role.role} scope="col">{roleTitle(role)}</th>)}
          </tr>
        </thead>
        <tbody>
          {roster.grids.map((grid) => <GridRow key={grid.code} grid={grid} roster={roster} doing={doing} setDoing={setDoing} />)}
        </tbody>
      </table>
      {roster.grids.length < roster.found && <More roster={roster} />}
    </div>
  );
}

/** More of the grids, as many as one answer holds. */
function More({ roster }: { roster: Roster }) {
  const p = rosterWords.value;
  return (
    <p class="more">
      <span class="meta">{p.shown(whole(roster.grids.length), whole(roster.found))}</span>
      {limit.value < MOST && <button type="button" class="button" onClick={() => { limit.value = Math.min(MOST, 2 * limit.value); }}>{p.more}</button>}
    </p>
  );
}

interface RowProps { grid: GridPlaces; roster: Roster; doing: Doing; setDoing: (doing: Doing) => void }

function GridRow({ grid, roster, doing, setDoing }: RowProps) {
  return (
    <tr data-grid={grid.code}>
      <th scope="row"><b>{grid.code}</b>{grid.name && <span class="meta"> {grid.name}</span>}</th>
      {grid.places.map((place) => {
        const role = roster.roles.find((one) => one.role === place.role)!;
        return (
          <td key={place.role} data-role={place.role} class={place.filled ? "" : "gap"}>
            {place.filled ? <Held place={place} doing={doing} setDoing={setDoing} /> : <Vacant onPut={() => setDoing({ what: "put", grid: grid.code, role: place.role })} />}
            {doing?.what === "put" && doing.grid === grid.code && doing.role === place.role && (
              <PutTerm grid={grid.code} role={role} day={roster.on} onClose={() => setDoing(null)} />
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Held({ place, doing, setDoing }: { place: Place; doing: Doing; setDoing: (doing: Doing) => void }) {
  const p = rosterWords.value;
  if (place.holders === null) return <span class="held">{p.held(place.filled)}</span>;
  return (
    <ul>
      {place.holders.map((one) => (
        <li key={one.term}>
          {may("rosters.edit")
            ? <button type="button" class="who-holds" title={p.endOf(one.person)} onClick={() => setDoing({ what: "end", term: one.term })}>{one.person}</button>
            : <span class="who-holds">{one.person}</span>}
          {one.phone && <span class="meta">{one.phone}</span>}
          {one.to && <span class="meta">{p.until(one.to)}</span>}
          {doing?.what === "end" && doing.term === one.term && <EndTerm holder={one} onClose={() => setDoing(null)} />}
        </li>
      ))}
    </ul>
  );
}

function Vacant({ onPut }: { onPut: () => void }) {
  const p = rosterWords.value;
  const mark = (
    <>
      <svg class="shape" viewBox="0 0 12 12" aria-hidden="true"><path d="M2 6h8" /></svg>
      {p.vacant}
    </>
  );
  return may("rosters.edit")
    ? <button type="button" class="vacant" title={p.fill} aria-haspopup="dialog" onClick={onPut}>{mark}</button>
    : <span class="vacant">{mark}</span>;
}
