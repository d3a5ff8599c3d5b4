/** The MapLibre map itself: made once, then kept in step with the state. */

import { effect, signal } from "@preact/signals";
import { Map as MapLibre, setWorkerUrl, type MapMouseEvent, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { LineString, RouteFeature } from "../contract.ts";
import { colourBy, shown, theme, words } from "../settings.ts";
import { beginReport, board, closeSheet, draft, grids, placeDraft, plansTaken, select, selectedGrid } from "../state.ts";
import { Overlay } from "./overlay.ts";
import { readPalette } from "./palette.ts";
import { boardStyle } from "./style.ts";
import { workloadBreaks } from "./workload.ts";

setWorkerUrl(workerUrl);

export interface Stage { map: MapLibre; overlay: Overlay }

/** The running map; null until it is there, or for good where the browser can't draw one. */
export const stage = signal<Stage | null>(null);
/** True once everything in view has been drawn for the first time. */
export const drawn = signal(false);
/** Patrol routes to draw, and the way of the officer to the case that is read. */
export const drawnRoutes = signal<RouteFeature[]>([]);
export const way = signal<LineString | null>(null);
export const zoom = signal(13);
export const inView = signal(0);

export function breaks(): number[] {
  return workloadBreaks(grids.value.map((g) => g.properties.workload_min));
}

function currentStyle(): StyleSpecification | null {
  const known = board.value;
  if (!known) return null;
  void theme.value; // the palette is read from the document, which follows the theme
  return boardStyle({
    palette: readPalette(),
    colourBy: colourBy.value,
    breaks: breaks(),
    buildings: shown.value.buildings,
    units: shown.value.units,
    bounds: known.jurisdiction.bounds,
    origin: location.origin,
    chosen: grids.value.find((g) => g.properties.grid === selectedGrid.value) ?? null,
    routes: drawnRoutes.value,
    way: way.value,
    plansTaken: plansTaken.value,
  });
}

/** Draw the map into `container`; returns how to take it down. Throws where WebGL is missing. */
export function openMap(container: HTMLElement): () => void {
  const first = currentStyle();
  if (!first || !board.value) throw new Error("the map is opened after the board is known");
  const map = new MapLibre({
    container,
    style: first,
    bounds: board.value.jurisdiction.bounds,
    fitBoundsOptions: { padding: margin(container) },
    attributionControl: false,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
    maxZoom: 19,
    fadeDuration: 0,
    validateStyle: import.meta.env.DEV,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  let ready = false;
  map.once("load", () => {
    ready = true;
    const style = currentStyle();
    if (style) map.setStyle(style, { diff: true });
  });
  map.on("idle", () => { drawn.value = true; });
  map.on("error", (event) => {
    // A tile that can't be had leaves a hole that is filled when the server is back; everything else is a fault.
    if (!("tile" in event)) console.warn(event.error?.message ?? event);
  });
  const onMove = () => {
    zoom.value = map.getZoom();
    inView.value += 1;
  };
  map.on("moveend", onMove);
  onMove();
  map.on("click", (event) => onClick(map, event));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !draft.value) return;
    event.preventDefault();
    placeAtCentre();
  });
  const stop = effect(() => {
    const style = currentStyle();
    if (style && ready) map.setStyle(style, { diff: true });
  });
  const label = effect(() => {
    map.getCanvas().setAttribute("aria-label", words.value.map);
  });
  stage.value = { map, overlay: new Overlay(map) };
  return () => {
    stop();
    label();
    stage.value = null;
    map.remove();
  };
}

/** Room for what floats on the map. */
function margin(container: HTMLElement): { top: number; bottom: number; left: number; right: number } {
  const small = container.clientWidth < 600;
  return small ? { top: 56, bottom: 24, left: 24, right: 24 } : { top: 32, bottom: 32, left: 40, right: 72 };
}

function onClick(map: MapLibre, event: MapMouseEvent): void {
  if (draft.value) {
    placeDraft(event.lngLat.lng, event.lngLat.lat);
    return;
  }
  const [feature] = map.getLayer("grids") ? map.queryRenderedFeatures(event.point, { layers: ["grids"] }) : [];
  const grid: unknown = feature?.properties["grid"];
  if (typeof grid === "string") select("grid", grid);
  else closeSheet();
}

export function placeAtCentre(): void {
  const centre = stage.value?.map.getCenter();
  if (!centre) return;
  if (!draft.value) beginReport();
  placeDraft(centre.lng, centre.lat);
}

/** Room that the sheet covers on the right of the map. */
function covered(): number {
  const map = stage.value?.map.getContainer().getBoundingClientRect();
  const sheet = document.querySelector(".sheet")?.getBoundingClientRect();
  if (!map || !sheet || sheet.width > map.width * 0.8) return 0;
  return Math.max(0, map.right - sheet.left);
}

function easing(): { duration: number } {
  return { duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 240 };
}

export function showAll(): void {
  const map = stage.value?.map;
  if (!map || !board.value) return;
  map.fitBounds(board.value.jurisdiction.bounds, { padding: margin(map.getContainer()), ...easing() });
}

export function showPoint(lon: number, lat: number, least = 15.5): void {
  const map = stage.value?.map;
  if (!map) return;
  map.easeTo({
    center: [lon, lat], zoom: Math.max(map.getZoom(), least), offset: [-covered() / 2, 0], ...easing(),
  });
}

/** Bring a point into the open part of the map if it isn't there. */
export function reveal(lon: number, lat: number): void {
  const map = stage.value?.map;
  if (!map) return;
  const { x, y } = map.project([lon, lat]);
  const { clientWidth, clientHeight } = map.getContainer();
  if (x > 48 && x < clientWidth - covered() - 48 && y > 48 && y < clientHeight - 48) return;
  showPoint(lon, lat, 0);
}

export function zoomBy(step: number): void {
  stage.value?.map.easeTo({ zoom: stage.value.map.getZoom() + step, ...easing() });
}
