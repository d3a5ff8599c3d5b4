/** Report a case: what, where on the map, and in words. One report is sent under one key, however often it is tried. */

import { useRef, useState } from "preact/hooks";
import { api, newKey } from "../api.ts";
import type { Alike, Category } from "../contract.ts";
import { span } from "../format.ts";
import { placeAtCentre } from "../map/view.ts";
import { lang, named, words } from "../settings.ts";
import { board, type Draft, draft, putCase, select } from "../state.ts";
import { Fault } from "./Fault.tsx";
import { Icon } from "./icons.tsx";
import { Likely, useLikely } from "./Likely.tsx";
import { SheetFrame } from "./Sheet.tsx";

const LONGEST = 4000;

export function ReportSheet() {
  const w = words.value;
  const now = draft.value!;
  const [fault, setFault] = useState<unknown>(null);
  const [missing, setMissing] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // The server refuses a key that comes back with another report: what changed gets a key of its own.
  const key = useRef({ of: "", key: "" });
  // What is tried again is what was tried, or somebody would be sent for what is a case already.
  const tried = useRef<Alike | undefined>(undefined);
  const likely = useLikely(now);
  const send = async (same?: Alike) => {
    if (!now.category) return setMissing(w.chooseKind);
    if (!now.place) return setMissing(w.choosePlace);
    const [lon, lat] = now.place;
    const report = { category: now.category, lon, lat, ...(now.description.trim() ? { description: now.description.trim() } : {}), ...(same ? { into: same.case } : {}) };
    const text = JSON.stringify(report);
    if (key.current.of !== text) key.current = { of: text, key: newKey() };
    tried.current = same;
    setMissing(null);
    setBusy(true);
    try {
      const made = await api.report(report, key.current.key);
      putCase(made);
      draft.value = null; // it is sent: nothing is left to put aside
      select("case", same?.case ?? made.case);
    } catch (error) {
      setFault(error);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return (
    <SheetFrame
      over={w.board} title={w.report}
      footer={(
        <div class="actions">
          <button type="submit" form="report" class="button primary" disabled={busy}>{busy ? w.sending : likely.length ? w.desk.reportAnyway : w.send}</button>
          <button type="button" class="button" onClick={() => { draft.value = null; }}>{w.cancel}</button>
          {missing && <span class="ask" role="alert">{missing}</span>}
        </div>
      )}
    >
      {fault !== null && <Fault what={w.what.report} error={fault} onRetry={() => void send(tried.current)} />}
      <form id="report" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <Place draft={now} />
        <Kinds draft={now} />
        <label class="field"><span>{w.words}</span>
          <textarea rows={3} maxLength={LONGEST} value={now.description}
            onInput={(event) => { draft.value = { ...now, description: event.currentTarget.value }; }} />
        </label>
        {likely.length > 0 && <Likely list={likely} busy={busy} onSame={(one) => void send(one)} />}
      </form>
    </SheetFrame>
  );
}

function Kinds({ draft: current }: { draft: Draft }) {
  const w = words.value;
  const choose = (category: string) => { draft.value = { ...current, category }; };
  return (
    <fieldset class="kinds">
      <legend>{w.kind}</legend>
      {(board.value?.categories ?? []).map((c: Category) => (
        <label key={c.category} class={current.category === c.category ? "on" : ""}>
          <input type="radio" name="category" value={c.category} checked={current.category === c.category} onChange={() => choose(c.category)} />
          <span>{named(c)}</span>
          <small>{span(c.limit_s, lang.value)}{c.urgent && <> · {w.urgent}</>}</small>
        </label>
      ))}
    </fieldset>
  );
}

function Place({ draft: current }: { draft: Draft }) {
  const w = words.value;
  return (
    <fieldset class="field where">
      <legend>{w.place}</legend>
      <div class="picked">
        <p class={current.place ? "placed" : "unplaced"} role="status">
          <Icon name="pin" />{current.place ? w.placed(current.place[1].toFixed(5), current.place[0].toFixed(5)) : w.notPlaced}
        </p>
        <button type="button" class="button" onClick={placeAtCentre}><Icon name="target" />{w.atCentre}</button>
      </div>
      <p class="meta">{w.placeHow}</p>
    </fieldset>
  );
}
