/** The whole map as one style, a pure function of what is to be seen; MapLibre draws only what differs. */

import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification as Expression, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { GridFeature, LineString, RouteFeature } from "../contract.ts";
import { groundLayers, nameLayers, roadLayers } from "./basemap.ts";
import { type Palette, tintOpacity } from "./palette.ts";
import { rampFor } from "./workload.ts";

export interface View {
  palette: Palette;
  colourBy: "workload" | "grid";
  breaks: number[];
  buildings: boolean;
  units: boolean;
  bounds: [number, number, number, number];
  origin: string;
  chosen: GridFeature | null;
  routes: RouteFeature[];
  way: LineString | null;
  /** How many plans came into force since the page was opened: tiles of an older one aren't asked for again. */
  plansTaken: number;
}

const BASE = "land,water,buildings,roads,borders,grids";
const TILE_MAX_ZOOM = 16;

export function boardStyle(view: View): StyleSpecification {
  const p = view.palette;
  const anew = view.plansTaken ? `&turn=${view.plansTaken}` : "";
  const collection = (features: unknown[]) => ({ type: "FeatureCollection", features }) as FeatureCollection;
  const style: StyleSpecification = {
    version: 8,
    name: "gridgeo",
    sources: {
      town: tiles(view.bounds, view.origin, `/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}?collections=${BASE}${anew}`),
      routes: { type: "geojson", data: collection(view.routes) },
      chosen: { type: "geojson", data: collection(view.chosen ? [view.chosen] : []) },
      way: {
        type: "geojson",
        data: collection(view.way ? [{ type: "Feature", properties: {}, geometry: view.way }] : []),
      },
    },
    layers: [
      ...groundLayers(p, view.buildings),
      gridFill(view),
      ...roadLayers(p),
      ...borderLayers(p),
      ...chosenLayers(p),
      ...routeLayers(p),
      ...nameLayers(p),
    ],
  };
  if (view.units) {
    style.sources["units"] = tiles(view.bounds, view.origin, "/ogc/collections/units/tiles/WebMercatorQuad/{z}/{y}/{x}");
    const at = style.layers.findIndex((layer) => layer.id === "border-case");
    style.layers.splice(at, 0, {
      id: "units", type: "line", source: "units", "source-layer": "units", minzoom: 12,
      paint: { "line-color": p.grid, "line-width": 0.6, "line-opacity": 0.5 },
    });
  }
  return style;
}

/** A source of tiles a little beyond `bounds`. */
export function tiles(bounds: View["bounds"], origin: string, path: string): StyleSpecification["sources"][string] {
  const [w, s, e, n] = bounds;
  const pad = Math.max(e - w, n - s) * 0.5;
  return {
    type: "vector", tiles: [origin + path], minzoom: 0, maxzoom: TILE_MAX_ZOOM,
    bounds: [Math.max(-180, w - pad), Math.max(-85, s - pad), Math.min(180, e + pad), Math.min(85, n + pad)],
  };
}

function gridFill(view: View): LayerSpecification {
  return {
    id: "grids", type: "fill", source: "town", "source-layer": "grids",
    paint: {
      "fill-color": view.colourBy === "grid" ? byIdentity(view.palette) : byWorkload(view),
      "fill-opacity": tintOpacity(view.colourBy, view.palette.dark),
      "fill-antialias": false,
    },
  };
}

function byIdentity(p: Palette): Expression {
  return ["match", ["get", "colour"], ...p.tints.flatMap((tint, i) => [i + 1, tint]), p.tints[0]!] as unknown as Expression;
}

function byWorkload(view: View): Expression | string {
  const ramp = rampFor(view.breaks.length + 1, view.palette.workload);
  if (!view.breaks.length) return ramp[0]!;
  return [
    "step", ["to-number", ["get", "workload_min"], 0], ramp[0]!, ...view.breaks.flatMap((at, i) => [at, ramp[i + 1]!]),
  ] as unknown as Expression;
}

/** Interior edges once a pair; an edge between two communities is 1.7 times as wide. */
function borderLayers(p: Palette): LayerSpecification[] {
  const width = (extra: number): Expression => {
    const within = ["to-boolean", ["coalesce", ["get", "same_area"], true]] as unknown as Expression;
    const at = (base: number): Expression => ["case", within, base + extra, base * 1.7 + extra];
    return ["interpolate", ["linear"], ["zoom"], 11, at(0.7), 14, at(1.25), 17, at(1.8)];
  };
  const source = { source: "town", "source-layer": "borders" } as const;
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    {
      id: "border-case", type: "line", ...source, layout: round,
      paint: { "line-color": p.casing, "line-width": width(2.4), "line-opacity": 0.85 },
    },
    { id: "border", type: "line", ...source, layout: round, paint: { "line-color": p.grid, "line-width": width(0) } },
  ];
}

function chosenLayers(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    { id: "chosen-case", type: "line", source: "chosen", layout: round, paint: { "line-color": p.surface, "line-width": 6.5 } },
    { id: "chosen", type: "line", source: "chosen", layout: round, paint: { "line-color": p.accent, "line-width": 3 } },
  ];
}

function routeLayers(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    {
      id: "patrol-case", type: "line", source: "routes", layout: round,
      paint: { "line-color": p.surface, "line-width": 3.4, "line-opacity": 0.7 },
    },
    {
      id: "patrol", type: "line", source: "routes", layout: { "line-join": "round" },
      paint: { "line-color": p.accent, "line-width": 1.6, "line-opacity": 0.85, "line-dasharray": [3, 2] },
    },
    { id: "way-case", type: "line", source: "way", layout: round, paint: { "line-color": p.surface, "line-width": 6.5 } },
    { id: "way", type: "line", source: "way", layout: round, paint: { "line-color": p.accent, "line-width": 3.5 } },
  ];
}
