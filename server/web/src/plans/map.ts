/** The map of plans: the quiet base, the borders that stay, fall and rise, the units that move. */

import { effect, signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification as Expression, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { groundLayers, nameLayers, roadLayers } from "../map/basemap.ts";
import { type Palette, readPalette } from "../map/palette.ts";
import { openQuietMap, type Stage } from "../map/quiet.ts";
import { tiles } from "../map/style.ts";
import { theme } from "../settings.ts";
import { board } from "../state.ts";
import type { Shape } from "./contract.ts";
import { basePlan, chosenPlan, differences, drawnGrids, pinned } from "./state.ts";
import { planWords } from "./spoken.ts";

export const planStage = signal<Stage | null>(null);
export const planDrawn = signal(false);

const BASE = "land,water,buildings,roads";
/** Room for what floats on the map. */
const ROOM = { top: 40, bottom: 104, left: 32, right: 64 };

function currentStyle(): StyleSpecification | null {
  const known = board.value;
  if (!known) return null;
  void theme.value; // the palette is read from the document, which follows the theme
  const p = readPalette();
  const collection = (features: unknown[]) => ({ type: "FeatureCollection", features }) as FeatureCollection;
  const which = (what: string) => differences.value.filter((f) => f.properties["what"] === what);
  const compared = basePlan.value !== null;
  return {
    version: 8,
    name: "gridgeo plans",
    sources: {
      town: tiles(known.jurisdiction.bounds, location.origin, `/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}?collections=${BASE}`),
      grids: { type: "geojson", data: collection(drawnGrids.value) },
      moved: { type: "geojson", data: collection(compared ? which("moved") : []) },
      borders: { type: "geojson", data: collection(which("border")) },
      pinned: { type: "geojson", data: collection(drawnGrids.value.filter((g) => g.properties.grid === pinned.value)) },
    },
    layers: [
      ...groundLayers(p, true),
      gridFill(p, compared),
      ...roadLayers(p),
      ...movedLayers(p),
      ...borderLayers(p, which("border").length > 0),
      ...pinnedLayers(p),
      ...nameLayers(p),
    ],
  };
}

/** Tints in a plan shown alone; in a comparison the fill is there to be clicked, unseen. */
function gridFill(p: Palette, compared: boolean): LayerSpecification {
  const colour = ["match", ["get", "colour"], ...p.tints.flatMap((tint, i) => [i + 1, tint]), p.tints[0]!];
  return {
    id: "grids", type: "fill", source: "grids",
    paint: {
      "fill-color": colour as unknown as Expression, "fill-opacity": compared ? 0.01 : p.dark ? 0.4 : 0.45, "fill-antialias": false,
    },
  };
}

function movedLayers(p: Palette): LayerSpecification[] {
  return [
    { id: "moved", type: "fill", source: "moved", paint: { "fill-color": p.under, "fill-opacity": 0.55 } },
    { id: "moved-edge", type: "line", source: "moved", paint: { "line-color": p.under, "line-width": 0.8 } },
  ];
}

function borderLayers(p: Palette, interior: boolean): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  // A plan of other units has no interior borders to tell: the outlines of its grids stand in.
  if (!interior) {
    return [{ id: "outline", type: "line", source: "grids", layout: round, paint: { "line-color": p.grid, "line-width": 1.25 } }];
  }
  const stays: Expression = ["!=", ["get", "border"], "dropped"];
  return [
    {
      id: "border-case", type: "line", source: "borders", filter: stays, layout: round,
      paint: { "line-color": p.casing, "line-width": 4.2, "line-opacity": 0.85 },
    },
    {
      id: "border-dropped", type: "line", source: "borders", filter: ["==", ["get", "border"], "dropped"],
      layout: { "line-join": "round" },
      paint: { "line-color": p.overBand, "line-width": 2, "line-dasharray": [2.5, 1.8] },
    },
    {
      id: "border", type: "line", source: "borders", filter: stays, layout: round,
      paint: { "line-color": p.grid, "line-width": 1.8 },
    },
  ];
}

function pinnedLayers(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    { id: "pinned-case", type: "line", source: "pinned", layout: round, paint: { "line-color": p.surface, "line-width": 6.5 } },
    { id: "pinned", type: "line", source: "pinned", layout: round, paint: { "line-color": p.accent, "line-width": 3 } },
  ];
}

/** Draw the map into `container`; returns how to take it down. Throws where WebGL is missing. */
export function openPlanMap(container: HTMLElement): () => void {
  const opened = openQuietMap(container, currentStyle, ROOM, planDrawn);
  const { map } = opened;
  map.on("click", (event) => {
    const [feature] = map.queryRenderedFeatures(event.point, { layers: ["grids"] });
    const grid: unknown = feature?.properties["grid"];
    pinned.value = typeof grid === "string" && grid !== pinned.value ? grid : "";
  });
  const label = effect(() => { map.getCanvas().setAttribute("aria-label", planWords.value.map); });
  planStage.value = opened;
  return () => {
    label();
    planStage.value = null;
    opened.close();
  };
}

const easing = () => ({ duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 240 });

export function zoomPlans(step: number): void {
  planStage.value?.map.easeTo({ zoom: planStage.value.map.getZoom() + step, ...easing() });
}

export function showAllPlans(): void {
  if (board.value) planStage.value?.map.fitBounds(board.value.jurisdiction.bounds, { padding: ROOM, ...easing() });
}

/** Bring the units that move, or else everything, into view. */
export function showMoved(): void {
  const moved = differences.value.filter((f: Shape) => f.properties["what"] === "moved");
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const widen = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number" && typeof value[1] === "number") {
      box[0] = Math.min(box[0]!, value[0]);
      box[1] = Math.min(box[1]!, value[1]);
      box[2] = Math.max(box[2]!, value[0]);
      box[3] = Math.max(box[3]!, value[1]);
    } else value.forEach(widen);
  };
  moved.forEach((f) => widen(f.geometry.coordinates));
  if (!moved.length || !chosenPlan.value) showAllPlans();
  else planStage.value?.map.fitBounds(box as [number, number, number, number], { padding: 64, maxZoom: 17, ...easing() });
}
