/** While a report is filled in: what may be the same and was reported already, and the choice to be added to it. */

import { useEffect, useState } from "preact/hooks";
import { api } from "../api.ts";
import type { Alike } from "../contract.ts";
import { words } from "../settings.ts";
import type { Draft } from "../state.ts";
import { AlikeWords } from "./Linked.tsx";

/** How long the fields rest before the server is asked. */
const REST_MS = 400;
const SHOWN = 3;

/** Cases like the draft; empty until kind and place are known. A likeness that can't be asked for stands in no report's way. */
export function useLikely(draft: Draft): Alike[] {
  const [found, setFound] = useState<Alike[]>([]);
  const [lon, lat] = draft.place ?? [null, null];
  const text = draft.description.trim();
  useEffect(() => {
    if (!draft.category || lon === null || lat === null) {
      setFound([]);
      return undefined;
    }
    const stop = new AbortController();
    const asked = { category: draft.category, lon, lat, description: text };
    const timer = setTimeout(() => {
      api.alike(asked, stop.signal).then((answer) => setFound(answer.cases), () => { if (!stop.signal.aborted) setFound([]); });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [draft.category, lon, lat, text]);
  return found;
}

interface Props { list: Alike[]; busy: boolean; onSame: (one: Alike) => void }

export function Likely({ list, busy, onSame }: Props) {
  const d = words.value.desk;
  return (
    <section class="likely" role="status" aria-labelledby="likely">
      <h3 id="likely">{d.alikeTitle}</h3>
      <p>{d.alikeLead(list.length)}</p>
      <ul class="alike">
        {list.slice(0, SHOWN).map((one) => (
          <li key={one.case} data-alike={one.case}>
            <AlikeWords one={one} />
            <button type="button" class="button" disabled={busy} onClick={() => onSame(one)}>{d.sameMine}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
