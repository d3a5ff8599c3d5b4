/** Grids without a case today: those that report zero, and those of which nothing is known. Unknown is not zero. */

import { useState } from "preact/hooks";
import { api } from "../api.ts";
import { dayIn } from "../format.ts";
import { words } from "../settings.ts";
import { board, now, select } from "../state.ts";
import { useAsked } from "./asked.ts";

export function ZeroGrids() {
  const w = words.value;
  const [from] = useState(() => dayIn(now.value, board.value?.time_zone));
  const asked = useAsked((signal) => api.figures("grid", from, signal), [from]);
  const of = (state: string) => (asked.value?.rows ?? []).filter((row) => row.state === state).map((row) => row.key);
  const [zero, unknown] = [of("zero"), of("unknown")];
  if (!asked.value) return null;
  return (
    <section class="zero-grids">
      {zero.length > 0 && <><h3>{w.desk.zeroGrids(zero.length)}</h3><Grids ids={zero} /></>}
      {unknown.length > 0 && (
        <><h3>{w.desk.unknownGrids(unknown.length)}<span class="aside">{w.desk.unknownWhy}</span></h3><Grids ids={unknown} /></>
      )}
    </section>
  );
}

const SHOWN = 60;

function Grids({ ids }: { ids: string[] }) {
  return (
    <p class="links">
      {ids.slice(0, SHOWN).map((id) => <button key={id} type="button" class="link" onClick={() => select("grid", id)}>{id}</button>)}
      {ids.length > SHOWN && <span>+ {ids.length - SHOWN}</span>}
    </p>
  );
}
