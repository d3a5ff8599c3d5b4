/** One grid: whose it is, its measures against the mean, its patrols, its open cases. */

import { useEffect } from "preact/hooks";
import { api } from "../api.ts";
import type { GridProperties, Route } from "../contract.ts";
import { area, decimal, distance, hours, percent, span, whole } from "../format.ts";
import { drawnRoutes, showPoint } from "../map/view.ts";
import { lang, named, shown, words } from "../settings.ts";
import { grids, onDuty, open, overdue, select } from "../state.ts";
import { useAsked } from "./asked.ts";
import { Fault } from "./Fault.tsx";
import { CaseRow } from "./Lists.tsx";
import { SheetFrame } from "./Sheet.tsx";

export function GridSheet({ id }: { id: string }) {
  const w = words.value;
  const grid = grids.value.find((g) => g.properties.grid === id)?.properties;
  const here = [...overdue.value, ...open.value].filter((c) => c.grid === id);
  const routes = usePatrols([id]);
  return (
    <SheetFrame over={grid?.code !== id ? grid?.code : w.board} title={w.Grid(id)}
      meta={grid && <>{w.ownerLabel} {named({ name: grid.owner_name, name_zh: grid.owner_name_zh }) || w.nobody}</>}
      footer={grid && (
        <div class="actions">
          <button type="button" class="button" onClick={() => showPoint(grid.label_lon, grid.label_lat)}>{w.zoomTo}</button>
        </div>
      )}>
      {grid ? <Measures grid={grid} /> : <p class="empty">–</p>}
      <Patrols routes={routes} />
      <section class="here">
        <h3>{w.casesHere} <span class="count">{here.length}</span></h3>
        {here.length ? <ul class="rows">{here.map((c) => <CaseRow key={c.case} case_={c} />)}</ul> : <p class="empty">{w.noCasesHere}</p>}
      </section>
      <Officers id={id} />
    </SheetFrame>
  );
}

function Measures({ grid }: { grid: GridProperties }) {
  const w = words.value;
  const mean = (share: number | null) => (share === null ? "" : w.ofMean(percent(share, lang.value, true)));
  const meanArea = average(grids.value.map((g) => g.properties.area_m2));
  return (
    <dl class="measures">
      <div><dt>{w.households}</dt><dd>{whole(grid.households)}</dd><dd class="meta">{mean(grid.households_deviation)}</dd></div>
      <div><dt>{w.workload}</dt><dd>{hours(grid.workload_min, lang.value)} <small>{w.aMonth}</small></dd><dd class="meta">{mean(grid.workload_deviation)}</dd></div>
      <div><dt>{w.groundArea}</dt><dd>{area(grid.area_m2, lang.value)}</dd><dd class="meta">{mean(grid.area_m2 / meanArea - 1)}</dd></div>
      <div><dt>{w.difficulty}</dt><dd>{decimal(grid.difficulty, 2)}</dd><dd class="meta" /></div>
      <div><dt>{w.unitsCount}</dt><dd>{whole(grid.units)}</dd><dd class="meta" /></div>
      <div><dt>{w.areaName}</dt><dd>{grid.area_name ?? grid.area}</dd><dd class="meta" /></div>
    </dl>
  );
}

function average(values: number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function Officers({ id }: { id: string }) {
  const w = words.value;
  const officers = onDuty.value.filter((r) => r.grids.includes(id));
  if (!officers.length) return null;
  return (
    <section class="here">
      <h3>{w.officers}</h3>
      <ul class="rows">
        {officers.map((r) => (
          <li key={r.responder}><button type="button" class="link" onClick={() => select("officer", r.responder)}>{named(r)}</button></li>
        ))}
      </ul>
    </section>
  );
}

/** The patrols of some grids: read, and drawn for as long as the sheet is open. */
export function usePatrols(ids: string[]) {
  const key = ids.join("\n");
  const lines = useAsked(async () => (await Promise.all(ids.map((id) => api.routeFeatures(id)))).flat(), [key]);
  const all = shown.value.routes;
  useEffect(() => {
    if (all) return undefined;
    drawnRoutes.value = (lines.value ?? []).filter((f) => f.properties.kind === "patrol");
    return () => { drawnRoutes.value = []; };
  }, [lines.value, all]);
  return lines;
}

export function Patrols({ routes }: { routes: ReturnType<typeof usePatrols> }) {
  const w = words.value;
  const list: Route[] = (routes.value ?? []).map((f) => f.properties);
  return (
    <section class="patrols">
      <h3>{w.patrols}</h3>
      {routes.error !== null && <Fault what={w.what.routes} error={routes.error} onRetry={routes.again} />}
      {routes.value && list.length === 0 && <p class="empty">{w.noPatrols}</p>}
      <table>
        <tbody>
          {list.map((r) => (
            <tr key={r.route}>
              <th scope="row">{w.routeKind[r.kind] ?? r.kind} {r.route}</th>
              <td>{span(r.minutes * 60, lang.value)}</td><td>{distance(r.length_m)}</td>
              <td>{w.goesBy(r.mode)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
