/** The quiet basemap: paper, water, buildings and streets from the imported map, drawn without glyphs or sprites. */

import type { ExpressionSpecification as Expression, LayerSpecification } from "maplibre-gl";
import type { Palette } from "./palette.ts";

const PATHS = ["footway", "path", "steps", "cycleway", "bridleway", "track", "corridor", "platform"];
const isPath: Expression = ["in", ["get", "highway"], ["literal", PATHS]];
const overGround: Expression = ["!", ["to-boolean", ["coalesce", ["get", "tunnel"], false]]];
const isStreet: Expression = ["all", ["!", isPath], ["!=", ["get", "highway"], "ferry"], overGround];

/** Fill widths in px at zoom 13, 15 and 18 for classes 1 to 5: primary, secondary, tertiary, residential, service. */
const WIDTHS: [number, number, number][] = [[1.8, 4.4, 16], [1.4, 3.8, 14], [1, 3, 12], [0.4, 2.2, 9.5], [0, 0.9, 4.8]];

function roadWidth(extra: number): Expression {
  const at = (stop: 0 | 1 | 2, share = 1): Expression => [
    "match", ["get", "class"],
    ...WIDTHS.slice(0, 4).flatMap((w, i) => [i + 1, w[stop] * share + (w[stop] ? extra : 0)]),
    WIDTHS[4]![stop] * share + (WIDTHS[4]![stop] ? extra : 0),
  ] as unknown as Expression;
  return ["interpolate", ["exponential", 1.5], ["zoom"], 10, at(0, 0.4), 13, at(0), 15, at(1), 18, at(2)];
}

/** MapLibre reads the weight from the first name, which need not exist; the others are families of the system. */
const FONT = ["gridgeo Regular", "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans"];

export function groundLayers(p: Palette, buildings: boolean): LayerSpecification[] {
  const layers: LayerSpecification[] = [
    { id: "out", type: "background", paint: { "background-color": p.out } },
    { id: "water-out", type: "fill", source: "town", "source-layer": "water", paint: { "fill-color": p.water } },
    // The shore is the outline of the land, under its fill: the sea itself ends where the extract was cut.
    {
      id: "shore", type: "line", source: "town", "source-layer": "land", layout: { "line-join": "round" },
      paint: { "line-color": p.shore, "line-width": ["interpolate", ["linear"], ["zoom"], 12, 1.5, 15, 4] },
    },
    { id: "land", type: "fill", source: "town", "source-layer": "land", paint: { "fill-color": p.land } },
    { id: "water", type: "fill", source: "town", "source-layer": "water", paint: { "fill-color": p.water } },
  ];
  if (buildings) {
    layers.push({
      id: "buildings", type: "fill", source: "town", "source-layer": "buildings", minzoom: 13,
      paint: {
        "fill-color": p.building, "fill-outline-color": p.buildingLine,
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.55, 15, 1],
      },
    });
  }
  return layers;
}

export function roadLayers(p: Palette): LayerSpecification[] {
  const order: Expression = ["-", 0, ["get", "class"]];
  return [
    {
      id: "road-case", type: "line", source: "town", "source-layer": "roads", minzoom: 12, filter: isStreet,
      layout: { "line-cap": "butt", "line-join": "round", "line-sort-key": order },
      paint: { "line-color": p.roadCase, "line-width": roadWidth(1.2) },
    },
    {
      id: "road", type: "line", source: "town", "source-layer": "roads", filter: isStreet,
      layout: { "line-cap": "round", "line-join": "round", "line-sort-key": order },
      paint: { "line-color": p.road, "line-width": roadWidth(0) },
    },
    {
      id: "path", type: "line", source: "town", "source-layer": "roads", minzoom: 16, filter: ["all", isPath, overGround],
      paint: { "line-color": p.path, "line-width": 1.2, "line-dasharray": [2.5, 1.8] },
    },
  ];
}

export function nameLayers(p: Palette): LayerSpecification[] {
  return [
    {
      id: "road-name", type: "symbol", source: "town", "source-layer": "roads", minzoom: 15,
      filter: ["all", isStreet, ["<=", ["get", "class"], 3], ["has", "name"]],
      layout: {
        "symbol-placement": "line", "symbol-spacing": 320, "text-field": ["get", "name"], "text-font": FONT,
        "text-size": 10.5, "text-max-angle": 30,
      },
      paint: { "text-color": p.label, "text-halo-color": p.halo, "text-halo-width": 1.4 },
    },
    {
      id: "street-name", type: "symbol", source: "town", "source-layer": "roads", minzoom: 17,
      filter: ["all", isStreet, [">", ["get", "class"], 3], ["has", "name"]],
      layout: {
        "symbol-placement": "line", "symbol-spacing": 280, "text-field": ["get", "name"], "text-font": FONT,
        "text-size": 10.5, "text-max-angle": 30,
      },
      paint: { "text-color": p.label, "text-halo-color": p.halo, "text-halo-width": 1.4 },
    },
  ];
}
