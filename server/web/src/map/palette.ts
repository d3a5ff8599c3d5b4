/** The colours of the map, read from the tokens of the theme in force, so that they are written once. */

export interface Palette {
  land: string; out: string; water: string; shore: string; building: string; buildingLine: string;
  road: string; roadCase: string; path: string; label: string; halo: string; grid: string; casing: string;
  accent: string; surface: string; ink3: string;
  /** What moves, and what falls: the ends of the diverging ramp. */
  under: string; overBand: string;
  /** Workload, least to most. */
  workload: string[];
  /** Grid tints 1 to 6. */
  tints: string[];
  dark: boolean;
}

export function readPalette(root: HTMLElement = document.documentElement): Palette {
  const style = getComputedStyle(root);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    land: token("m-land"), out: token("m-out"), water: token("m-water"), shore: token("m-shore"),
    building: token("m-bldg"), buildingLine: token("m-bldg-line"), road: token("m-road"), roadCase: token("m-road-case"),
    path: token("m-path"), label: token("m-label"), halo: token("m-halo"), grid: token("m-grid"), casing: token("m-casing"),
    accent: token("accent"), surface: token("surface"), ink3: token("ink-3"),
    under: token("div1"), overBand: token("div5"),
    workload: [1, 2, 3, 4, 5].map((i) => token(`seq${i}`)),
    tints: [1, 2, 3, 4, 5, 6].map((i) => token(`g${i}`)),
    dark: root.dataset["theme"] === "dark",
  };
}

/**
 * How strongly grids tint the board's paper; marks must keep their contrast on it. A ramp of one hue needs a little
 * more than six different ones to be read against its legend.
 */
export function tintOpacity(by: "workload" | "grid", dark: boolean): number {
  if (by === "grid") return dark ? 0.28 : 0.32;
  return dark ? 0.38 : 0.42;
}
