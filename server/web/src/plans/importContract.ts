/** What the server says about files that are handed in. */

export interface Finding {
  finding: string;
  row: number | null;
  unit: string | null;
  grid: string | null;
  suggestion: string | null;
  blocks: boolean;
  text: string;
}

export interface Kind { finding: string; count: number; blocks: boolean; text: string }

export interface PlanReport {
  ok: boolean;
  checked: string | null;
  units: number;
  matched: number;
  grids: number;
  counts: Kind[];
  findings: Finding[];
  findings_left_out: number;
  changes: { units: number; households: number; grids_gone: string[]; grids_new: string[] } | null;
}

export interface RosterReport {
  ok: boolean;
  checked: string;
  rows: number;
  added: number;
  changed: number;
  known: number;
  findings: { row: number; grid: string; role: string; text: string }[];
  findings_left_out: number;
}

/** How a plan file is read; empty means found by its name. */
export interface Reading {
  unit_column: string;
  grid_column: string;
  layer: string;
  accept_suggestions: boolean;
  ignore_unmatched: boolean;
  carry_over: boolean;
}
