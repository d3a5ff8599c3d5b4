/** Who looks at the board: a session of the server, or nobody in particular on a machine of its own. */

import { signal } from "@preact/signals";
import { ask, Problem, reach } from "./api.ts";
import type { Me } from "./contract.ts";
import { lang } from "./settings.ts";

/** An older server asks nobody who they are: what was possible stays so. */
const LOCAL: Me = { name: null, role: "local", area: null, may: [] };

export const me = signal<Me>(LOCAL);
/** Grows with everybody who comes or goes, so that what depends on it is asked for again. */
export const turns = signal(0);

/** Ask the server who this is. */
export async function whoAmI(): Promise<void> {
  try {
    me.value = await ask<Me>("/api/v1/me");
  } catch (error) {
    // Unreachable or busy: whoever it was before, it still is.
    if (error instanceof Problem && error.details.status === 404) me.value = LOCAL;
  }
}

const WHO = ["key", "role", "area", "officer", "signed_in_by"] as const;

/** Ask again who this is: a session ends by its time, with its key and in another tab, and the next who looks may be shown less. */
export async function stillMe(): Promise<void> {
  try {
    const told = await ask<Me>("/api/v1/me");
    if (WHO.some((name) => told[name] !== me.value[name])) turns.value += 1;
  } catch {
    // Unreachable: whoever it was before, it still is.
  }
}

/** Begin a session with a key; the browser keeps it in a cookie that no script can read. Throws the server's refusal. */
export async function signIn(key: string): Promise<void> {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": lang.value };
  await reach("/api/v1/session", { method: "POST", headers, body: JSON.stringify({ key: key.trim() }) });
  turns.value += 1;
}

export async function signOut(): Promise<void> {
  await reach("/api/v1/session", { method: "DELETE", headers: { "Accept-Language": lang.value } });
  turns.value += 1;
}

/** Whether there is anybody to sign in as: older servers know no sessions. */
export function knowsSessions(): boolean {
  return me.value.sign_in !== undefined;
}

export function signedIn(): boolean {
  return me.value.signed_in_by !== undefined && me.value.signed_in_by !== "nothing";
}

/** Whether who looks may do something, by the names of `/api/v1/roles`; an older server refuses nobody. */
export function may(permission: string): boolean {
  return !knowsSessions() || me.value.may.includes("*") || me.value.may.includes(permission);
}

/** Whether who looks works here: somebody of the public reports and follows a report, and nothing else. */
export function worksHere(): boolean {
  return me.value.role !== "public";
}
