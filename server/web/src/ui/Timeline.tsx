/** What happened to a case, step by step, with the time each step took. */

import type { CaseEvent } from "../contract.ts";
import { age, moment } from "../format.ts";
import { lang, named, words } from "../settings.ts";
import { now, responders } from "../state.ts";

export function Timeline({ events }: { events: CaseEvent[] }) {
  const w = words.value;
  return (
    <section class="timeline" aria-labelledby="timeline">
      <h3 id="timeline">{w.timeline}</h3>
      <ol aria-live="polite">
        {events.map((event, i) => {
          const before = events[i - 1];
          const took = before ? (Date.parse(event.at) - Date.parse(before.at)) / 1000 : null;
          return (
            <li key={event.seq} data-stage={event.stage}>
              <time dateTime={event.at}>{moment(Date.parse(event.at), now.value, lang.value)}</time>
              <i class="knot" />
              <span><strong>{w.stage[event.stage] ?? event.stage}</strong> {told(event)}</span>
              {took !== null && <span class="took">{age(took, lang.value)}</span>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Who did it, to whom, and what they noted. */
function told(event: CaseEvent): string {
  const to = named({ name: text(event, "responder_name"), name_zh: text(event, "responder_name_zh") });
  const actor = event.actor ? responders.value.get(event.actor) : undefined;
  const parts = [to ? `→ ${to}` : named(actor ?? { name: event.actor_name }), event.note];
  return parts.filter(Boolean).join(" · ");
}

function text(event: CaseEvent, name: string): string | null {
  const value = event.data?.[name];
  return typeof value === "string" ? value : null;
}
