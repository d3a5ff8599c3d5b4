/** Somebody was faster: who did what meanwhile, so that the next choice is made at its sight. */

import type { CaseEvent } from "../contract.ts";
import { time } from "../format.ts";
import { words } from "../settings.ts";
import { deed, doer, noteOf } from "./events.ts";
import { CaseShape } from "./shapes.tsx";

export function Faster({ events, onSeen }: { events: CaseEvent[]; onSeen: () => void }) {
  const w = words.value;
  return (
    <div class="fault faster" role="alert">
      <CaseShape light="soon" size={18} />
      <div>
        <strong>{w.desk.faster}</strong>
        <ul>
          {events.map((event) => (
            <li key={event.seq}>{[time(Date.parse(event.at)), deed(event), doer(event), noteOf(event)].filter(Boolean).join(" · ")}</li>
          ))}
        </ul>
        <p>{w.desk.fasterNext}</p>
      </div>
      <button type="button" class="button" onClick={onSeen}>{w.close}</button>
    </div>
  );
}
