/** One case as it is read and changed: its newest state, what is done with it, and who was faster. */

import { useEffect, useRef, useState } from "preact/hooks";
import { api, newKey, Problem } from "../api.ts";
import type { Case, CaseDetail, CaseEvent, Wish } from "../contract.ts";
import { reveal } from "../map/view.ts";
import { cases, newest, putCase, snapshots } from "../state.ts";
import { type Asked, useAsked } from "./asked.ts";

/** Why a wish was not granted; `faster` is what others did since the version at whose sight it was made. */
export interface Refusal { error: unknown; faster: CaseEvent[] }

export interface CaseInHand {
  known: Case | null;
  detail: Asked<CaseDetail>;
  events: CaseEvent[];
  busy: boolean;
  refusal: Refusal | null;
  /** Do it; whether it was done. `version` is the one seen when the choice was made. */
  act(wish: Wish, version: number): Promise<boolean>;
  forgive(): void;
}

export function useCase(id: string): CaseInHand {
  const live = cases.value.get(id);
  const detail = useAsked((signal) => api.caseDetail(id, signal), [id, snapshots.value, live?.version]);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  // One wish has one key, however often it is sent: what the server did already isn't done again.
  const sent = useRef({ of: "", key: "" });
  useEffect(() => {
    if (detail.value && !cases.value.has(id)) {
      putCase(detail.value);
      reveal(detail.value.lon, detail.value.lat);
    }
  }, [detail.value]);

  async function act(wish: Wish, version: number): Promise<boolean> {
    const of = JSON.stringify([wish, version]);
    if (sent.current.of !== of) sent.current = { of, key: newKey() };
    setBusy(true);
    setRefusal(null);
    try {
      putCase(await api.act(id, version, wish, sent.current.key));
      // The answer tells neither what may be done now nor the limit in words.
      detail.again();
      return true;
    } catch (error) {
      setRefusal({ error, faster: await since(error, version) });
      return false;
    } finally {
      setBusy(false);
    }
  }

  /** Whoever changed it first, its newest state is what the next choice is made from. */
  async function since(error: unknown, version: number): Promise<CaseEvent[]> {
    if (!(error instanceof Problem) || ![409, 412].includes(error.details.status)) return [];
    try {
      const newer = await api.caseDetail(id);
      putCase(newer);
      detail.put(newer);
      return newer.events.slice(version); // a version counts its events
    } catch {
      return [];
    }
  }

  return {
    known: live ?? detail.value, detail, events: detail.value ? withNewest(detail.value, id) : [], busy, refusal, act,
    forgive: () => setRefusal(null),
  };
}

/** The events that were read, and the newest that the stream has told since. */
function withNewest(detail: CaseDetail, id: string): CaseEvent[] {
  const told = newest.value;
  if (!told || told.case !== id || detail.events.some((e) => e.seq === told.seq)) return detail.events;
  return [...detail.events, told];
}
