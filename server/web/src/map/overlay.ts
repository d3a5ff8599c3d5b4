/** Keeps HTML marks at their places on the map: projects them on every move, and arranges them when they meet. */

import type { Map as MapLibre } from "maplibre-gl";
import { type Body, type Place, place } from "./placement.ts";

export interface Mark {
  el: HTMLElement;
  kind: Body["kind"];
  lon: number;
  lat: number;
  /** Pixels by which it stands above its place, so as not to cover it. */
  lift?: number;
}

interface Moving extends Mark {
  /** Where the mark is drawn now, on its way to `lon`, `lat`. */
  at: [number, number];
  from: [number, number];
  since: number;
}

const GLIDE_MS = 1000;
/** A fix farther off than this is a jump (a new phone, a tunnel), not a walk. */
const JUMP_DEGREES = 0.004;
const ARRANGE_MS = 300;

export class Overlay {
  readonly #map: MapLibre;
  readonly #marks = new Map<string, Moving>();
  #places = new Map<string, Place>();
  #frame = 0;
  #arrangeAfter = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(map: MapLibre) {
    this.#map = map;
    map.on("move", () => this.draw());
    map.on("zoom", () => { this.#arrangeAfter = 0; });
    map.on("resize", () => this.draw());
  }

  set(id: string, mark: Mark): void {
    const old = this.#marks.get(id);
    const target: [number, number] = [mark.lon, mark.lat];
    if (!old) {
      this.#marks.set(id, { ...mark, at: target, from: target, since: 0 });
    } else if (old.lon !== mark.lon || old.lat !== mark.lat) {
      const far = Math.max(Math.abs(mark.lon - old.at[0]), Math.abs(mark.lat - old.at[1])) > JUMP_DEGREES;
      const jump = far || this.#still.matches || mark.kind !== "officer";
      this.#marks.set(id, { ...mark, at: jump ? target : old.at, from: jump ? target : old.at, since: performance.now() });
    } else {
      old.el = mark.el;
    }
    this.#arrangeAfter = Math.min(this.#arrangeAfter, performance.now() + 1);
    this.#schedule();
  }

  delete(id: string): void {
    this.#marks.delete(id);
    this.#schedule();
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
    });
  }

  /** Move every mark to its pixel. */
  draw(): void {
    const now = performance.now();
    let gliding = false;
    for (const mark of this.#marks.values()) {
      const share = Math.min(1, (now - mark.since) / GLIDE_MS);
      const done = share >= 1 || (mark.from[0] === mark.lon && mark.from[1] === mark.lat);
      gliding ||= !done;
      mark.at = done
        ? [mark.lon, mark.lat]
        : [mark.from[0] + (mark.lon - mark.from[0]) * share, mark.from[1] + (mark.lat - mark.from[1]) * share];
    }
    const pixels = new Map([...this.#marks].map(([id, mark]) => {
      const { x, y } = this.#map.project(mark.at);
      return [id, { x, y: y - (mark.lift ?? 0) }];
    }));
    if (now >= this.#arrangeAfter) {
      this.#places = place([...this.#marks].map(([id, mark]) => body(id, mark, pixels.get(id)!)));
      this.#arrangeAfter = now + ARRANGE_MS;
    }
    for (const [id, mark] of this.#marks) {
      const { x, y } = pixels.get(id)!;
      const at = this.#places.get(id) ?? { dx: 0, dy: 0, hidden: false, flip: false };
      mark.el.style.transform = `translate(${(x + at.dx).toFixed(1)}px, ${(y + at.dy).toFixed(1)}px)`;
      mark.el.classList.toggle("gone", at.hidden);
      mark.el.classList.toggle("flip", at.flip);
    }
    if (gliding) this.#schedule();
  }
}

function body(id: string, mark: Mark, at: { x: number; y: number }): Body {
  const shape = (mark.el.querySelector(".shape") ?? mark.el) as HTMLElement;
  const chip = mark.el.querySelector<HTMLElement>(".chip");
  const rect = shape.getBoundingClientRect();
  return {
    id, kind: mark.kind, x: at.x, y: at.y, hw: rect.width / 2, hh: rect.height / 2,
    chipW: chip?.offsetWidth ?? 0, chipH: chip?.offsetHeight ?? 0,
  };
}
