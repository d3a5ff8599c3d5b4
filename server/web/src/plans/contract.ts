/** What the server says about plans, as TypeScript: the shapes of `/api/v1/plans`, `/api/v1/me` and `/api/v1/roles`. */

export type PlanState = "draft" | "proposed" | "consulted" | "approved" | "in_force" | "retired";

export interface Spread {
  min: number;
  mean: number;
  max: number;
  max_deviation: number;
  cv: number;
  gini: number;
  band: string | null;
}

/** A broken rule; the lists have it in English alone. */
export interface Broken { rule: string; grid: string | null; text: string; text_zh?: string }

export interface PlanMeasures {
  grids: number;
  units: number;
  households: number;
  compactness: number;
  faults: number;
  broken: Broken[];
  spread: Record<"households" | "area" | "difficulty" | "workload", Spread>;
}

export interface PlanStep { to: PlanState; permission: string; dated: boolean; by_area: boolean }
export interface Period { area: string; from: string; to: string | null }

export interface PlanInfo {
  plan: string;
  name: string;
  family: string;
  version: number;
  parent: string | null;
  state: PlanState;
  revision: number;
  content_hash: string;
  current_units: boolean;
  measures: PlanMeasures;
  created_at: string;
  created_by_name: string;
  steps: PlanStep[];
  periods: Period[];
  waiting_areas: string[];
}

/** An area in which the register counts. */
export interface AreaInfo { area: string; name: string | null; name_zh: string | null; name_en: string | null }

export interface PlanEvent {
  seq: number;
  at: string;
  action: string;
  from_state: PlanState | null;
  to_state: PlanState;
  actor: string | null;
  actor_name: string;
  role: string | null;
  why: string | null;
  data: { date?: string; areas?: string[]; before?: string; after?: string; from?: string };
}

export interface Conflict { kind: string; areas: string[]; grid: string | null; unit_count: number; text: string; text_zh: string }
export interface PlanDetail extends PlanInfo { events: PlanEvent[]; conflicts: Conflict[] }

export interface Said { comment: number; actor_name: string; role: string | null; at: string; text: string }
export interface Thread extends Said {
  grid: string | null;
  unit: string | null;
  resolved: boolean;
  answers: (Said & { resolved: boolean | null })[];
}

export interface Pair { from: string; to: string; units: number; households: number; lon: number; lat: number }
export interface Comparison {
  units_moved: number;
  households_moved: number;
  share_moved: number;
  ties_kept: number | null;
  pairs: Pair[];
}

export interface Shape { type: "Feature"; geometry: { type: string; coordinates: unknown }; properties: Record<string, unknown> }
export interface PlanGrid extends Shape {
  properties: Record<string, unknown> & {
    grid: string; code: string; name: string; owner: string; households: number; colour: number;
    label_lon: number; label_lat: number;
  };
}

export interface Me { key: string; name: string; role: string; area: string | null; may: string[] }
export interface Role { role: string; name_en: string; name_zh: string; may: string[] }
