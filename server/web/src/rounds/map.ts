/** The map of a round: the quiet base, what was walked of the streets, the way. */

import { effect, signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification as Expression, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { groundLayers, nameLayers, roadLayers } from "../map/basemap.ts";
import { type Palette, readPalette } from "../map/palette.ts";
import { openQuietMap, type Stage } from "../map/quiet.ts";
import { tiles } from "../map/style.ts";
import { theme } from "../settings.ts";
import { board } from "../state.ts";
import { boxOf, detail, roundsWords, showCoverage, streets } from "./state.ts";

export const stage = signal<Stage | null>(null);
export const drawn = signal(false);

const BASE = "land,water,buildings,roads";
const ROOM = { top: 56, bottom: 104, left: 48, right: 72 };
/** A street is walked from this share of its metres on. */
export const WALKED = 0.5;

function currentStyle(): StyleSpecification | null {
  const known = board.value;
  if (!known) return null;
  void theme.value; // the palette is read from the document, which follows the theme
  const p = readPalette();
  const { bounds } = known.jurisdiction;
  const features = detail.value ? [{ type: "Feature", properties: {}, geometry: detail.value.geometry }] : [];
  const walked = showCoverage.value ? streets.value : [];
  return {
    version: 8,
    name: "gridgeo rounds",
    sources: {
      town: tiles(bounds, location.origin, `/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}?collections=${BASE}`),
      coverage: { type: "geojson", data: { type: "FeatureCollection", features: walked } },
      way: { type: "geojson", data: { type: "FeatureCollection", features } as FeatureCollection },
    },
    layers: [...groundLayers(p, true), ...roadLayers(p), coverageLayer(p), ...wayLayers(p), ...nameLayers(p)],
  };
}

/** Walked streets in the colour of what is well, partly walked ones in that of what is due, the others thin. */
function coverageLayer(p: Palette): LayerSpecification {
  const share: Expression = ["to-number", ["get", "covered"], 0];
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    id: "coverage", type: "line", source: "coverage", layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": ["case", [">=", share, WALKED], colour("--ok"), [">", share, 0], colour("--soon-fill"), p.shore] as unknown as Expression,
      "line-width": ["case", [">", share, 0], 3, 1.2] as unknown as Expression,
      "line-opacity": 0.7,
    },
  };
}

function wayLayers(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    { id: "way-case", type: "line", source: "way", layout: round, paint: { "line-color": p.surface, "line-width": 6 } },
    { id: "way", type: "line", source: "way", layout: round, paint: { "line-color": p.accent, "line-width": 3 } },
  ];
}

/** Draw the map into `container`; returns how to take it down. Throws where WebGL is missing. */
export function openMap(container: HTMLElement): () => void {
  const opened = openQuietMap(container, currentStyle, ROOM, drawn);
  const follow = effect(() => { if (detail.value) showRound(); });
  const label = effect(() => { opened.map.getCanvas().setAttribute("aria-label", roundsWords.value.map); });
  stage.value = opened;
  return () => {
    follow();
    label();
    stage.value = null;
    opened.close();
  };
}

const easing = () => ({ duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 240 });

export function zoom(step: number): void {
  stage.value?.map.easeTo({ zoom: stage.value.map.getZoom() + step, ...easing() });
}

/** Bring the whole round into view. */
export function showRound(): void {
  const box = detail.value && boxOf(detail.value);
  if (box) stage.value?.map.fitBounds(box, { padding: ROOM, maxZoom: 17.5, ...easing() });
}
