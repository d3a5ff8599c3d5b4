/** The map of the shown round: its way, numbered stops, what was walked of the streets. */

import { createPortal } from "preact/compat";
import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../../settings.ts";
import { board } from "../../state.ts";
import { Icon } from "../../ui/icons.tsx";
import { useMap } from "../../ui/useMap.ts";
import type { Stop } from "../api.ts";
import { drawn, openMap, showRound, stage, zoom } from "../map.ts";
import { detail, isDone, pinned, roundsWords, showCoverage, streets } from "../state.ts";

export function RoundMap() {
  const [w, p] = [words.value, roundsWords.value];
  const [holder, failed] = useMap(openMap);
  return (
    <main class="map" data-drawn={drawn.value}>
      <div class="canvas" ref={holder} />
      <Numbers />
      {failed && <p class="no-map">{w.noPages}</p>}
      <div class="float controls">
        <div class="buttons">
          <button type="button" aria-label={w.zoomIn} title={w.zoomIn} onClick={() => zoom(1)}><Icon name="plus" /></button>
          <button type="button" aria-label={w.zoomOut} title={w.zoomOut} onClick={() => zoom(-1)}><Icon name="minus" /></button>
          <button type="button" aria-label={p.fit} title={p.fit} onClick={showRound}><Icon name="fit" /></button>
        </div>
      </div>
      <section class="float legend rounds-legend" aria-label={p.legend}>
        <ul class="line-legend">
          <li><i class="way" />{p.line}</li>
          {streets.value.length > 0 && showCoverage.value && ["walked", "partly", "waits"].map((kind, i) => <li key={kind}><i class={kind} />{p.covered[i]}</li>)}
        </ul>
        {streets.value.length > 0 && (
          <label class="settle">
            <input type="checkbox" checked={showCoverage.value} onChange={(event) => { showCoverage.value = event.currentTarget.checked; }} />
            {p.coverage}
          </label>
        )}
      </section>
      <p class="attribution">{board.value?.attribution ?? "© OpenStreetMap contributors"}</p>
    </main>
  );
}

function Numbers() {
  const on = stage.value;
  if (!on || !detail.value) return null;
  return createPortal(
    <div class="marks">{detail.value.stop_list.map((stop) => <Number key={`${detail.value!.route} ${stop.order}`} stop={stop} />)}</div>,
    on.map.getCanvasContainer(),
  );
}

function Number({ stop }: { stop: Stop }) {
  const ref = useRef<HTMLDivElement>(null);
  const on = stage.value;
  const key = `stop ${stop.order}`;
  const [lon, lat] = stop.geometry.coordinates as [number, number];
  useLayoutEffect(() => { if (ref.current && on) on.overlay.set(key, { el: ref.current, kind: "case", lon, lat }); });
  useLayoutEffect(() => () => on?.overlay.delete(key), [on, key]);
  const state = pinned.value === stop.order ? "pinned" : isDone(stop) ? "done" : "";
  return <div ref={ref} class={`mark stop-number ${state}`} aria-hidden="true">{stop.order + 1}</div>;
}
