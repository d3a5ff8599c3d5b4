/**
 * Who is signed in: the key, kept for this tab alone and sent in a header. There is no cookie, so no other page can make
 * the browser use it.
 */

import { effect, signal } from "@preact/signals";
import { ask, Problem } from "../api.ts";
import type { Me } from "./contract.ts";

const KEPT = "gridgeo.key";

function kept(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null; // storage may be forbidden; the key then lasts as long as the page
  }
}

export const key = signal<string | null>(kept());
export const me = signal<Me | null>(null);

effect(() => {
  try {
    if (key.value === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, key.value);
  } catch { /* as above */ }
});

export function bearing(): Record<string, string> {
  return key.value === null ? {} : { Authorization: `Bearer ${key.value}` };
}

/** Prove a key and keep it. Throws the server's refusal. */
export async function signIn(text: string): Promise<void> {
  const bearer = text.trim();
  me.value = await ask<Me>("/api/v1/me", { headers: { Authorization: `Bearer ${bearer}` } });
  key.value = bearer;
}

export function signOut(): void {
  key.value = null;
  me.value = null;
}

/** Ask again who the bearer of the kept key is; a key that is no longer good is forgotten. */
export async function resume(): Promise<void> {
  if (key.value === null) return;
  try {
    await signIn(key.value);
  } catch (error) {
    if (error instanceof Problem && error.details.status === 401) signOut();
  }
}

export function may(permission: string): boolean {
  return me.value !== null && me.value.may.includes(permission);
}
