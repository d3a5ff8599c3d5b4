/** What the page of plans knows: one signal for each noun, and what follows from them. */

import { batch, computed, effect, signal } from "@preact/signals";
import { inAddress, named, setAddress } from "../settings.ts";
import { plansApi } from "./api.ts";
import type { AreaInfo, Comparison, PlanGrid, PlanInfo, Role, Shape } from "./contract.ts";

export const plans = signal<PlanInfo[] | null>(null);
export const roles = signal<Role[]>([]);
export const areas = signal<AreaInfo[]>([]);
/** The plan that is looked at, and the one it is compared with (its number, or "" for none). */
export const chosen = signal<string | null>(inAddress("plan"));
export const base = signal<string | null>(inAddress("with"));
/** The grid that was clicked or picked, to pin a comment to. */
export const pinned = signal<string>("");
/** What is drawn: grids of the chosen plan, features of the comparison, its figures. */
export const drawnGrids = signal<PlanGrid[]>([]);
export const differences = signal<Shape[]>([]);
export const comparison = signal<Comparison | null>(null);
/** Grows when something was written, so that what was asked is asked again. */
export const turn = signal(0);

export const chosenPlan = computed(() => plans.value?.find((one) => one.plan === chosen.value) ?? null);
export const basePlan = computed(() => plans.value?.find((one) => one.plan === base.value) ?? null);

effect(() => {
  setAddress("plan", chosen.value);
  setAddress("with", base.value);
});

/** An area by its name. */
export function areaName(area: string): string {
  const known = areas.value.find((one) => one.area === area);
  return known ? named(known) || area : area;
}

/** Areas in words; nothing where they are all there are. */
export function areaNames(some: string[]): string {
  const everywhere = areas.value.length > 0 && areas.value.every((one) => some.includes(one.area));
  return everywhere ? "" : some.map(areaName).join(", ");
}

/** A day as the server writes it. */
export function dayOf(moment: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The plans that are in force somewhere today, the newest first. */
export function inForceNow(all: PlanInfo[], today: string): PlanInfo[] {
  return all.filter((one) => one.periods.some((p) => p.from <= today && (p.to === null || p.to > today)));
}

export function choose(plan: string): void {
  batch(() => {
    chosen.value = plan;
    pinned.value = "";
    const now = inForceNow(plans.value ?? [], dayOf(new Date())).find((one) => one.plan !== plan);
    const own = plans.value?.find((one) => one.plan === plan);
    base.value = now?.current_units && own?.current_units ? now.plan : "";
  });
}

/** Load the list; throws the server's refusal. */
export async function loadPlans(): Promise<void> {
  const found = await plansApi.list();
  batch(() => {
    plans.value = found;
    if (!found.some((one) => one.plan === chosen.value)) {
      const first = found[0];
      if (first) choose(first.plan);
    } else if (base.value === null) {
      choose(chosen.value!);
    }
  });
}

/** After something was written, or refused because others wrote: look again. */
export async function lookAgain(): Promise<void> {
  await loadPlans();
  turn.value += 1;
}
