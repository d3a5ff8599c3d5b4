/** What the server says, as TypeScript: the shapes of `/api/v1` and of the feature collections under `/ogc`. */

export type Light = "ok" | "soon" | "over";
export type Stage =
  | "reported" | "accepted" | "refused" | "verified" | "filed" | "dispatched" | "handling" | "handled" | "checked" | "closed"
  | "returned" | "shelved" | "withdrawn" | "merged";
/** The server's table of stages says which there are; the pages know none by heart. */
export type Action = string;

/** Something that may be done with a case now, by who asks. */
export interface Possible { action: Action; name_en: string; name_zh: string; who?: string[]; note_needed: boolean }

/** What somebody wants done with a case. */
export interface Wish {
  action: Action;
  note?: string;
  responder?: string;
  amount?: number;
  category?: string;
  department?: string;
  into?: string;
}

/** Who asks, and what they may do. */
export interface Me {
  key?: string | null;
  name: string | null;
  role: string;
  area: string | null;
  officer?: string | null;
  may: string[];
  signed_in_by?: "nothing" | "key" | "session" | "oidc";
  sign_in?: "optional" | "required";
}

export interface Category {
  category: string;
  name_zh: string;
  name_en: string;
  group: string;
  limit_s: number;
  urgent: boolean;
}

export interface Board {
  jurisdiction: { name: string; name_zh: string | null; name_en: string | null; bounds: [number, number, number, number] };
  plan: Record<string, unknown>;
  simulated: boolean;
  server_time: string;
  time_zone?: string;
  version: string;
  categories: Category[];
  departments?: Record<string, { en?: string; zh?: string }>;
  attribution: string;
}

export interface Case {
  case: string;
  category: string;
  name_zh: string;
  name_en: string;
  description: string | null;
  lon: number;
  lat: number;
  address: string | null;
  grid: string;
  grid_name: string | null;
  area: string | null;
  owner: string | null;
  owner_name: string | null;
  owner_name_zh: string | null;
  responder: string | null;
  responder_name: string | null;
  responder_name_zh: string | null;
  stage: Stage;
  light: Light;
  reported_at: string;
  due_at: string;
  limit_s: number;
  /** When the light turns to "soon"; older servers don't say. */
  soon_at?: string | null;
  closed_at: string | null;
  handled_at: string | null;
  eta_at: string | null;
  road_s: number | null;
  road_m: number | null;
  simulated: boolean;
  version: number;
  snapped_m: number | null;
  /** What may be done next. */
  actions: Action[];
  // What older servers don't say.
  level?: string;
  clock?: string;
  department?: string | null;
  paused_at?: string | null;
  supervised_at?: string | null;
  main?: string | null;
  reworks?: number;
  asked_at?: string | null;
  acknowledged_at?: string | null;
  answer_at?: string | null;
  declined?: number;
  clocks?: StepClock[];
  /** Fields that who asks may not see. */
  hidden?: string[];
}

/** The clock of one step of a case's life. */
export interface StepClock {
  clock: "filing" | "dispatch" | "handling" | "checking";
  due_at: string | null;
  light: Light;
  done_at: string | null;
  left_s: number | null;
}

/** A case that may be the same thing. */
export interface Alike {
  case: string;
  stage: Stage;
  reported_at: string;
  description: string | null;
  address: string | null;
  metres: number;
  likeness: number | null;
}

export interface Photo {
  photo: string;
  kind: "before" | "after" | "other";
  at: string;
  width: number;
  height: number;
  href: string;
}

export interface CaseEvent {
  seq: number;
  case: string;
  at: string;
  stage: Stage;
  action: string;
  actor: string | null;
  actor_name: string | null;
  note: string | null;
  data: Record<string, unknown> | null;
  simulated: boolean;
}

export interface LineString {
  type: "LineString" | "MultiLineString";
  coordinates: unknown[];
}

export interface CaseDetail extends Case {
  events: CaseEvent[];
  route: LineString | null;
  limit?: { words: { en: string; zh: string }; left_s: number; used: number | null; paused: boolean };
  possible?: Possible[];
  duplicates?: string[];
  alike?: Alike[];
  follows?: { case: string; stage: Stage } | null;
}

export interface Candidate {
  responder: string;
  name: string;
  name_zh: string | null;
  road_s: number;
  road_m: number;
  open_cases: number;
  own_grid: boolean;
  fix_age_s: number | null;
  explanation?: string;
  explanation_zh?: string;
  /** Place in the order, 1 for the one who should go; older servers leave it to the order of the list. */
  rank?: number;
  skills?: string[];
}

export interface Candidates {
  candidates: Candidate[];
  not_offered: { responder: string; name: string; name_zh: string | null; code: string; reason: string; reason_zh?: string }[];
}

export interface Responder {
  responder: string;
  name: string;
  name_zh: string | null;
  initials: string;
  grids: string[];
  on_duty: boolean;
  status: "free" | "busy" | "off";
  lon: number | null;
  lat: number | null;
  heading: number | null;
  fix_at: string | null;
  open_cases: number;
  mode: string;
  simulated: boolean;
  /** Off shift or on leave, in the words in which candidates are told; older servers don't say. */
  away?: { code: "off_shift" | "on_leave"; until: string | null; reason: string; reason_zh: string } | null;
}

export interface Indicators {
  overdue: number;
  soon: number;
  ok: number;
  on_time: { rate: number | null; on_time: number | null; due: number | null };
  on_duty: number;
  free: number;
  busy: number;
  stale: number;
  reported_today: number | null;
  grids_at_zero: number | null;
  /** Some counts are left out, as they are too small to tell of nobody. */
  suppressed?: boolean;
}

/** Indicators of a period, and the requests for the cases behind them. */
export interface FigureRow {
  key: string;
  state: "known" | "zero" | "unknown";
  figures: Record<string, number | null>;
  rates: Record<string, number | null>;
  cases: Record<string, string>;
}

export interface FigureTable { by: string; from: string; to: string; rows: FigureRow[]; total: FigureRow }

export interface Snapshot {
  server_time: string;
  cases: Case[];
  responders: Responder[];
  indicators: Indicators;
}

export interface GridProperties {
  grid: string;
  code: string;
  area: string;
  area_name: string | null;
  units: number;
  households: number;
  area_m2: number;
  difficulty: number;
  workload_min: number;
  households_deviation: number | null;
  workload_deviation: number | null;
  owner: string | null;
  owner_name: string | null;
  owner_name_zh: string | null;
  colour: number;
  label_lon: number;
  label_lat: number;
}

export interface GridFeature {
  type: "Feature";
  id?: string | number;
  geometry: { type: string; coordinates: unknown };
  properties: GridProperties;
}

export interface Route {
  route: string;
  grid: string;
  kind: string;
  mode: string;
  minutes: number;
  length_m: number;
  stops: number;
}

export interface RouteFeature {
  type: "Feature";
  geometry: LineString;
  properties: Route;
}

export interface Draft {
  category: string;
  lon: number;
  lat: number;
  description?: string;
  /** The case of which it is one more report. */
  into?: string;
}

/** RFC 9457 problem, as every refusal of the server is told. */
export interface ProblemDetails {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { field: string; message: string }[];
}
