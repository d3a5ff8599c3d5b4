/** Requests about plans. */

import { ask, newKey } from "../api.ts";
import type { AreaInfo, Comparison, PlanDetail, PlanGrid, PlanInfo, PlanState, Role, Shape, Thread } from "./contract.ts";
import type { PlanReport, Reading } from "./importContract.ts";
import { bearing } from "./session.ts";

const part = encodeURIComponent;
const at = (plan: string) => `/api/v1/plans/${part(plan)}`;

function write<T>(path: string, body: unknown, revision?: number): Promise<T> {
  const headers: Record<string, string> = { ...bearing(), "Idempotency-Key": newKey() };
  if (revision !== undefined) headers["If-Match"] = `"${revision}"`;
  return ask<T>(path, { method: "POST", body, headers });
}

/** A file with the values of a query; empty and false ones are left out. */
export function send<T>(path: string, file: File, values: Record<string, string | boolean | null>, more: { key?: string; signal?: AbortSignal }): Promise<T> {
  const query = new URLSearchParams({ filename: file.name });
  for (const [name, value] of Object.entries(values)) if (value) query.set(name, String(value));
  const headers: Record<string, string> = { ...bearing() };
  if (more.key) headers["Idempotency-Key"] = more.key;
  return ask<T>(`${path}?${query}`, { method: "POST", file, headers, ...(more.signal ? { signal: more.signal } : {}) });
}

export interface StepBody { to: PlanState; why?: string; date?: string; areas?: string[] }

export const plansApi = {
  /** Every plan, newest first. */
  list: async (): Promise<PlanInfo[]> => {
    const found: PlanInfo[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: { plans: PlanInfo[]; next: string | null } = await ask(
        `/api/v1/plans?limit=500${after ? `&after=${after}` : ""}`,
      );
      found.push(...page.plans);
      after = page.next;
    }
    return found;
  },
  one: (plan: string, signal: AbortSignal) => ask<PlanDetail>(at(plan), { signal }),
  grids: async (plan: string, signal: AbortSignal) =>
    (await ask<{ features: PlanGrid[] }>(`${at(plan)}/grids`, { signal })).features,
  compare: (a: string, b: string, signal: AbortSignal) => ask<Comparison>(`${at(a)}/compare/${part(b)}`, { signal }),
  differences: async (a: string, b: string, signal: AbortSignal) =>
    (await ask<{ features: Shape[] }>(`${at(a)}/compare/${part(b)}?f=geojson`, { signal })).features,
  comments: async (plan: string, signal: AbortSignal) =>
    (await ask<{ comments: Thread[] }>(`${at(plan)}/comments`, { signal })).comments,
  areas: async () => (await ask<{ areas: AreaInfo[] }>("/api/v1/register/areas")).areas,
  roles: async () => (await ask<{ roles: Role[] }>("/api/v1/roles")).roles,
  step: (plan: PlanInfo, body: StepBody) => write<PlanDetail>(`${at(plan.plan)}/transitions`, body, plan.revision),
  comment: (plan: string, body: { text: string; grid?: string; answers?: number; resolved?: boolean }) =>
    write<Thread>(`${at(plan)}/comments`, body),
  check: (file: File, reading: Reading, signal: AbortSignal) =>
    send<PlanReport>("/api/v1/plans/import/check", file, { ...reading }, { signal }),
  import: (file: File, reading: Reading, body: { name: string; why: string; checked: string }, key: string) =>
    send<PlanDetail>("/api/v1/plans/import", file, { ...reading, ...body }, { key }),
  version: (plan: string, why: string) => write<PlanDetail>(`${at(plan)}/versions`, why ? { why } : {}),
};
