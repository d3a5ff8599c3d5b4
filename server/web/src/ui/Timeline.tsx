/** What happened to a case, step by step: what, who, where, why, and the time each step took. */

import type { CaseEvent } from "../contract.ts";
import { age, date, moment, time } from "../format.ts";
import { showPoint } from "../map/view.ts";
import { lang, words } from "../settings.ts";
import { now } from "../state.ts";
import { asideOf, deed, doer, noteOf, placeOf } from "./events.ts";

export function Timeline({ events }: { events: CaseEvent[] }) {
  const w = words.value;
  return (
    <section class="timeline" aria-labelledby="timeline">
      <h3 id="timeline">{w.timeline}</h3>
      <ol aria-live="polite">
        {events.map((event, i) => <Step key={event.seq} event={event} before={events[i - 1]} />)}
      </ol>
    </section>
  );
}

/** Steps that tell of something gone wrong, by a mark of their own. */
const MARKED: Record<string, string> = { escalate: "over", supervise: "soon", time_out: "soon", decline: "soon", rework: "soon" };

function Step({ event, before }: { event: CaseEvent; before: CaseEvent | undefined }) {
  const w = words.value;
  const at = Date.parse(event.at);
  const took = before ? (at - Date.parse(before.at)) / 1000 : null;
  const note = noteOf(event);
  const place = placeOf(event);
  return (
    <li data-stage={event.stage} data-action={event.action}>
      <time dateTime={event.at} title={`${date(at, lang.value, 0)} ${time(at, true)}`}>{moment(at, now.value, lang.value)}</time>
      <i class={`knot ${MARKED[event.action] ?? ""}`} />
      <span>
        <strong>{deed(event)}</strong>{" "}
        <span class="meta">{[doer(event), ...asideOf(event)].filter(Boolean).join(" · ")}</span>
        {place && <>{" "}<button type="button" class="link" onClick={() => showPoint(place[0], place[1])}>{w.desk.onMap}</button></>}
        {note && <span class="why">{note}</span>}
      </span>
      {took !== null && <span class="took">{age(took, lang.value)}</span>}
    </li>
  );
}
