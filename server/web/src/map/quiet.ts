/** A quiet map beside a list: it follows its style, turns no way but north, and says when it is drawn. */

import { effect, type Signal } from "@preact/signals";
import { Map as MapLibre, type PaddingOptions, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { board } from "../state.ts";
import { Overlay } from "./overlay.ts";

setWorkerUrl(workerUrl);

/** A map that is open, and what lies over it. */
export interface Stage { map: MapLibre; overlay: Overlay }

/** Draw the map into `container`; `close` takes it down. Throws where WebGL is missing. */
export function openQuietMap(
  container: HTMLElement, currentStyle: () => StyleSpecification | null, room: PaddingOptions, drawn: Signal<boolean>,
): Stage & { close: () => void } {
  const first = currentStyle();
  if (!first || !board.value) throw new Error("the map is opened after the board is known");
  const map = new MapLibre({
    container, style: first, bounds: board.value.jurisdiction.bounds, fitBoundsOptions: { padding: room },
    attributionControl: false, dragRotate: false, touchPitch: false, pitchWithRotate: false, maxZoom: 19, fadeDuration: 0,
    validateStyle: import.meta.env.DEV,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  let ready = false;
  const restyle = () => {
    const style = currentStyle();
    if (style && ready) map.setStyle(style, { diff: true });
  };
  map.once("load", () => {
    ready = true;
    restyle();
  });
  map.on("idle", () => { drawn.value = true; });
  map.on("error", (event) => {
    if (!("tile" in event)) console.warn(event.error?.message ?? event);
  });
  const stop = effect(() => {
    drawn.value = false;
    restyle();
    map.triggerRepaint(); // a style that differs in nothing would never be told to be drawn
  });
  const close = () => {
    stop();
    map.remove();
  };
  return { map, overlay: new Overlay(map), close };
}
