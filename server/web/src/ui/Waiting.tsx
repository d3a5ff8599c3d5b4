/** Cases that nobody was sent to: choose some, and send somebody to all of them. */

import { useState } from "preact/hooks";
import { api, newKey, type Result } from "../api.ts";
import { words } from "../settings.ts";
import { cases, waiting } from "../state.ts";
import { Fault } from "./Fault.tsx";
import { CaseButton } from "./Lists.tsx";
import { SheetFrame } from "./Sheet.tsx";

const MOST = 200;

export function Waiting() {
  const w = words.value;
  const d = w.desk;
  const list = waiting.value.slice(0, MOST);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [results, setResults] = useState<Result[]>([]);
  const [fault, setFault] = useState<unknown>(null);
  const chosen = list.filter((c) => !left.has(c.case));
  const toggle = (id: string) => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  const send = async () => {
    setBusy(true);
    setFault(null);
    try {
      setResults((await api.actOnMany({ action: "dispatch" }, chosen.map((c) => ({ case: c.case, version: c.version })), newKey())).results);
    } catch (error) {
      setFault(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SheetFrame over={w.board} title={d.waiting(list.length)} meta={d.waitingWhy}
      footer={list.length > 0 && (
        <div class="actions">
          <button type="button" class="button primary" disabled={busy || chosen.length === 0} onClick={() => void send()}>{d.sendChosen(chosen.length)}</button>
          <label class="all"><input type="checkbox" checked={chosen.length === list.length}
            onChange={(event) => setLeft(event.currentTarget.checked ? new Set() : new Set(list.map((c) => c.case)))} />{d.all}</label>
        </div>
      )}
    >
      {fault !== null && <Fault what={w.what.act} error={fault} />}
      {results.length > 0 && <Told results={results} />}
      {list.length === 0 ? <p class="empty">{d.noWaiting}</p> : (
        <ul class="rows choosing">
          {list.map((c) => (
            <li key={c.case} class="choose">
              <input type="checkbox" aria-label={w.case(c.case)} checked={!left.has(c.case)} onChange={() => toggle(c.case)} />
              <CaseButton case_={c} />
            </li>
          ))}
        </ul>
      )}
    </SheetFrame>
  );
}

/** How many went out, and why others didn't. */
function Told({ results }: { results: Result[] }) {
  const w = words.value;
  const refused = results.filter((one) => one.status >= 400);
  return (
    <div role="status" class="told">
      <p><strong>{w.desk.sent(results.length - refused.length)}</strong></p>
      <ul>
        {refused.map((one) => {
          const grid = cases.value.get(one.case)?.grid;
          return <li key={one.case}>{w.case(one.case)}{grid && ` · ${w.grid(grid)}`}: {one.status === 412 ? w.changedMeanwhile : one.detail}</li>;
        })}
      </ul>
    </div>
  );
}
