/** The map and what floats on it. */

import { readPalette, tintOpacity } from "../map/palette.ts";
import { breaks, drawn, openMap, showAll, stage, zoomBy } from "../map/view.ts";
import { rampFor } from "../map/workload.ts";
import { chooseColour, colourBy, shown, theme, words } from "../settings.ts";
import { beginReport, board, connection, draft } from "../state.ts";
import { layersOpen } from "./dialogs.ts";
import { Icon } from "./icons.tsx";
import { Lost } from "./Lost.tsx";
import { Marks } from "./Marks.tsx";
import { Search } from "./Search.tsx";
import { CaseShape, OfficerDisc } from "./shapes.tsx";
import { useMap } from "./useMap.ts";

export function MapPane() {
  const w = words.value;
  const [holder, failed] = useMap(openMap);
  return (
    <main class={`map${draft.value ? " reporting" : ""}`} data-drawn={drawn.value}>
      <div class="canvas" ref={holder} />
      {draft.value && <span class="crosshair"><Icon name="crosshair" /></span>}
      <Marks />
      {connection.value === "lost" && <Lost />}
      {failed && <p class="no-map">{w.noPages}</p>}
      <div class="float top-left">
        <Search />
        {!draft.value && stage.value && (
          <button type="button" class="button report-button" onClick={beginReport}>
            <Icon name="plus" />{w.report}<kbd aria-hidden="true">n</kbd>
          </button>
        )}
      </div>
      {draft.value && <p class="float hint" role="status">{w.pickOnMap}</p>}
      <Controls />
      <Legend />
      <p class="attribution">{board.value?.attribution ?? "© OpenStreetMap contributors"}</p>
    </main>
  );
}

function Controls() {
  const w = words.value;
  const tool = (label: string, key: string) => ({ "aria-label": label, title: `${label} (${key})` });
  return (
    <div class="float controls">
      <div class="buttons">
        <button type="button" {...tool(w.zoomIn, "+")} onClick={() => zoomBy(1)}><Icon name="plus" /></button>
        <button type="button" {...tool(w.zoomOut, "−")} onClick={() => zoomBy(-1)}><Icon name="minus" /></button>
        <button type="button" {...tool(w.fit, "f")} onClick={showAll}><Icon name="fit" /></button>
        <button type="button" {...tool(w.layers, "l")} aria-expanded={layersOpen.value} aria-controls="layers"
          onClick={() => { layersOpen.value = !layersOpen.value; }}><Icon name="layers" /></button>
      </div>
      {layersOpen.value && <Layers />}
    </div>
  );
}

function Layers() {
  const w = words.value;
  const toggle = (key: "routes" | "units" | "buildings", label: string) => (
    <label><input type="checkbox" checked={shown.value[key]}
      onChange={(event) => { shown.value = { ...shown.value, [key]: event.currentTarget.checked }; }} />{label}</label>
  );
  const choice = (value: "workload" | "grid", label: string) => (
    <label><input type="radio" name="colour" checked={colourBy.value === value} onChange={() => chooseColour(value)} />{label}</label>
  );
  return (
    <div class="layers" id="layers">
      <fieldset><legend>{w.colourGridsBy}</legend>{choice("workload", w.byWorkload)}{choice("grid", w.byGrid)}</fieldset>
      <fieldset><legend>{w.show}</legend>
        {toggle("routes", w.patrolRoutes)}{toggle("units", w.units)}{toggle("buildings", w.buildings)}
      </fieldset>
    </div>
  );
}

function Legend() {
  const w = words.value;
  const disc = (signal: "fresh" | "stale" | "lost") => <OfficerDisc initials="" signal={signal} busy={false} heading={null} size={13} />;
  return (
    <section class="float legend" aria-label={w.legend}>
      {colourBy.value === "workload" && <Ramp />}
      <ul>
        <li><CaseShape light="over" size={15} />{w.overdue}</li>
        <li><CaseShape light="soon" size={15} />{w.lessLeft}</li>
        <li><CaseShape light="ok" size={14} />{w.onTime}</li>
        <li>{disc("fresh")}{w.onDuty}</li>
        <li>{disc("stale")}{w.over60}</li>
        <li>{disc("lost")}{w.over5}</li>
      </ul>
    </section>
  );
}

/** The classes of workload, in the very tints of the map: the ramp at the map's opacity over its paper. */
function Ramp() {
  const w = words.value;
  void theme.value;
  const palette = readPalette();
  const limits = breaks();
  const ramp = rampFor(limits.length + 1, palette.workload);
  if (!limits.length) return null;
  return (
    <div class="ramp">
      <span class="ramp-title">{w.workloadAMonth}</span>
      <span class="steps">
        {ramp.map((colour, i) => (
          <span key={colour}>
            <i style={{ background: palette.land }}><b style={{ background: colour, opacity: tintOpacity("workload", palette.dark) }} /></i>
            <small>{i === 0 ? `< ${figure(limits[0]!)}` : `${figure(limits[i - 1]!)}+`}</small>
          </span>
        ))}
      </span>
    </div>
  );
}

function figure(minutes: number): string {
  const h = minutes / 60;
  return Number.isInteger(h) ? String(h) : h.toFixed(1);
}
