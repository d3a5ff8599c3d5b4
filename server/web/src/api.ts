/** Requests to the server, and its refusals as errors that can be shown. */

import type {
  Alike, Board, Candidates, Case, CaseDetail, Draft, FigureTable, GridFeature, Photo, ProblemDetails, Route, RouteFeature, Wish,
} from "./contract.ts";
import { lang } from "./settings.ts";

/** A refusal: what the server said, or why it couldn't be asked (status 0). */
export class Problem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail ?? details.title);
    this.name = "Problem";
    this.details = details;
  }
}

interface Options {
  method?: string;
  body?: unknown;
  /** A file, sent as it is. */
  file?: Blob;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export async function ask<T>(path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": lang.value, ...options.headers };
  const request: RequestInit = { method: options.method ?? "GET", headers };
  if (options.signal) request.signal = options.signal;
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(options.body);
  }
  if (options.file) {
    headers["Content-Type"] = "application/octet-stream";
    request.body = options.file;
  }
  return (await (await reach(path, request)).json()) as T;
}

/** What a request brings, whatever it is; throws the server's refusal. */
export async function reach(path: string, request: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Problem({ title: "unreachable", status: 0 });
  }
  if (!answer.ok) throw new Problem(await refusal(answer));
  return answer;
}

async function refusal(answer: Response): Promise<ProblemDetails> {
  try {
    const body = (await answer.json()) as Partial<ProblemDetails>;
    return { ...body, title: body.title ?? answer.statusText, status: answer.status };
  } catch {
    return { title: answer.statusText || `HTTP ${answer.status}`, status: answer.status };
  }
}

const part = encodeURIComponent;

/** A key under which the server does a thing once, however often it is asked. */
export function newKey(): string {
  // randomUUID exists on secure origins only; a board in a closed network may be plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const api = {
  board: () => ask<Board>("/api/v1/board"),

  caseDetail: (id: string, signal?: AbortSignal) =>
    ask<CaseDetail>(`/api/v1/cases/${part(id)}`, signal ? { signal } : {}),

  candidates: (id: string, signal?: AbortSignal) =>
    ask<Candidates>(`/api/v1/cases/${part(id)}/candidates`, signal ? { signal } : {}),

  report: (draft: Draft, key: string) =>
    ask<Case>("/api/v1/cases", { method: "POST", body: draft, headers: { "Idempotency-Key": key } }),

  /** `version` is the one that the wish was made at the sight of. */
  act: (id: string, version: number, wish: Wish, key: string) =>
    ask<CaseDetail>(`/api/v1/cases/${part(id)}/actions`, {
      method: "POST",
      body: wish,
      headers: { "Idempotency-Key": key, "If-Match": `"${version}"` },
    }),

  actOnMany: (wish: Wish, cases: { case: string; version: number }[], key: string) =>
    ask<{ results: Result[] }>("/api/v1/cases/actions", {
      method: "POST", body: { ...wish, cases }, headers: { "Idempotency-Key": key },
    }),

  alike: (draft: Draft, signal: AbortSignal) => {
    const asked = new URLSearchParams({ category: draft.category, lon: String(draft.lon), lat: String(draft.lat) });
    if (draft.description) asked.set("text", draft.description);
    return ask<{ cases: Alike[] }>(`/api/v1/cases/duplicates?${asked}`, { signal });
  },

  photos: (id: string, signal: AbortSignal) => ask<{ photos: Photo[] }>(`/api/v1/cases/${part(id)}/photos`, { signal }),

  figures: (by: string, from: string | null, signal: AbortSignal) =>
    ask<FigureTable>(`/api/v1/indicators?by=${part(by)}${from ? `&from=${part(from)}` : ""}`, { signal }),

  /** Every case that a filter of the list brings, at most `most`, the newest first. */
  list: async (path: string, signal: AbortSignal, most = 1_000): Promise<Case[]> => {
    const found: Case[] = [];
    for (let after: string | null = ""; after !== null && found.length < most; ) {
      const page: { cases: Case[]; next: string | null } = await ask(`${path}${after && `&after=${after}`}&limit=200`, { signal });
      found.push(...page.cases);
      after = page.next;
    }
    return found;
  },

  routes: (grid: string, signal?: AbortSignal) =>
    ask<Planned>(`/api/v1/routes?grid=${part(grid)}`, signal ? { signal } : {}),

  gridFeatures: () => everyPage<GridFeature>("/ogc/collections/grids/items?limit=1000"),

  /** Lines of the routes, all or one grid's; where none is planned, nothing is asked of the empty collection. */
  routeFeatures: async (grid?: string): Promise<RouteFeature[]> => {
    const planned = grid === undefined ? await ask<Planned>("/api/v1/routes") : await api.routes(grid);
    if (planned.routes.length === 0) return [];
    return everyPage<RouteFeature>(`/ogc/collections/routes/items?limit=1000${grid ? `&grid=${part(grid)}` : ""}`);
  },
};

/** What became of one of many cases. */
export interface Result { case: string; status: number; stage?: string; version?: number; detail?: string }

interface Planned { routes: Route[] }

interface Page<F> {
  features: F[];
  links?: { rel: string; href: string }[];
}

/** Every feature of a collection, following its `next` links. */
export async function everyPage<F>(first: string): Promise<F[]> {
  const features: F[] = [];
  const geo = { headers: { Accept: "application/geo+json" } };
  for (let path: string | undefined = first; path; ) {
    const page: Page<F> = await ask<Page<F>>(path, geo);
    features.push(...page.features);
    const next = page.links?.find((link) => link.rel === "next")?.href;
    // Behind a proxy the server may not know its own name: only path and query of the link are used.
    const url: URL | null = next ? new URL(next, location.href) : null;
    path = url && page.features.length ? url.pathname + url.search : undefined;
  }
  return features;
}
