/** The map of the chosen plan, alone or against another. */

import { createPortal } from "preact/compat";
import { useLayoutEffect, useRef } from "preact/hooks";
import { whole } from "../../format.ts";
import { words } from "../../settings.ts";
import { board } from "../../state.ts";
import { Icon } from "../../ui/icons.tsx";
import { useMap } from "../../ui/useMap.ts";
import { openPlanMap, planDrawn, planStage, showAllPlans, showMoved, zoomPlans } from "../map.ts";
import { basePlan, chosenPlan, comparison, drawnGrids, pinned } from "../state.ts";
import { planWords } from "../spoken.ts";

export function PlanMap() {
  const [w, p] = [words.value, planWords.value];
  const [holder, failed] = useMap(openPlanMap);
  return (
    <main class="map" data-drawn={planDrawn.value}>
      <div class="canvas" ref={holder} />
      <Labels />
      {failed && <p class="no-map">{w.noPages}</p>}
      <div class="float controls">
        <div class="buttons">
          <button type="button" aria-label={w.zoomIn} title={w.zoomIn} onClick={() => zoomPlans(1)}><Icon name="plus" /></button>
          <button type="button" aria-label={w.zoomOut} title={w.zoomOut} onClick={() => zoomPlans(-1)}><Icon name="minus" /></button>
          <button type="button" aria-label={w.fit} title={w.fit} onClick={showAllPlans}><Icon name="fit" /></button>
          {comparison.value !== null && comparison.value.units_moved > 0 && (
            <button type="button" aria-label={p.pairs} title={p.pairs} onClick={showMoved}><Icon name="target" /></button>
          )}
        </div>
      </div>
      <Legend />
      <p class="attribution">{board.value?.attribution ?? "© OpenStreetMap contributors"}</p>
    </main>
  );
}

function Legend() {
  const p = planWords.value;
  const [a, b] = [basePlan.value, chosenPlan.value];
  if (!b) return null;
  return (
    <section class="float legend" aria-label={p.legend}>
      <ul class="line-legend">
        <li><i class="stays" />{a ? p.boundaryOf(b.plan) : p.boundary}</li>
        {a && <li><i class="dropped" />{p.dropped(a.plan)}</li>}
        {a && <li><i class="moves" />{p.unitMoved}</li>}
      </ul>
    </section>
  );
}

function Labels() {
  const on = planStage.value;
  if (!on) return null;
  const p = planWords.value;
  return createPortal(
    <div class="marks">
      {comparison.value?.pairs.map((pair) => (
        <Label key={`${pair.from} → ${pair.to}`} id={`${pair.from} → ${pair.to}`} kind="label" lon={pair.lon} lat={pair.lat} name="pair">
          <b>{pair.from} → {pair.to}</b> {p.hh(whole(pair.households))}
        </Label>
      ))}
      {drawnGrids.value.map(({ properties: g }) => (
        <Label key={g.grid} id={g.grid} kind="code" lon={g.label_lon} lat={g.label_lat}
          name={pinned.value === g.grid ? "code pinned" : "code"}>{g.code}</Label>
      ))}
    </div>,
    on.map.getCanvasContainer(),
  );
}

/** Pixels between a moved unit and its label. */
const LIFT = 20;

interface LabelProps {
  id: string; kind: "code" | "label"; lon: number; lat: number; name: string; children: preact.ComponentChildren;
}

function Label({ id, kind, lon, lat, name, children }: LabelProps) {
  const ref = useRef<HTMLDivElement>(null);
  const on = planStage.value;
  const key = `${kind} ${id}`;
  useLayoutEffect(() => {
    if (ref.current && on) on.overlay.set(key, { el: ref.current, kind, lon, lat, lift: kind === "label" ? LIFT : 0 });
  });
  useLayoutEffect(() => () => on?.overlay.delete(key), [on, key]);
  return <div ref={ref} class={`mark ${name}`} aria-hidden="true">{children}</div>;
}
