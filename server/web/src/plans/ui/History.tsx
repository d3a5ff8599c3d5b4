/** Who did what with the plan, when and why; and where it is in force from when. */

import { date, moment } from "../../format.ts";
import { lang } from "../../settings.ts";
import type { PlanDetail, PlanEvent } from "../contract.ts";
import { planWords } from "../words.ts";
import { roleName } from "./PlansTop.tsx";

export function History({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  return (
    <section class="history" aria-labelledby="history">
      <h3 id="history">{p.history}</h3>
      <ol>
        {[...plan.events].reverse().map((event) => (
          <li key={event.seq} data-to={event.to_state}>
            <time dateTime={event.at}>{moment(Date.parse(event.at), Date.now(), lang.value)}</time>
            <span>
              <strong>{p.action[event.action] || p.state[event.to_state]}</strong> {effective(event)}
              <span class="meta"> {event.actor_name}{event.role && ` · ${roleName(event.role)}`}</span>
              {event.why && <q>{event.why}</q>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function effective(event: PlanEvent): string {
  return event.data.date ? planWords.value.effective(day(event.data.date), (event.data.areas ?? []).join(", ")) : "";
}

export function Periods({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  if (!plan.periods.length) return null;
  return (
    <section class="periods">
      <h3>{p.periods}</h3>
      <ul>
        {plan.periods.map((one) => (
          <li key={`${one.area} ${one.from}`}>{p.fromDay(one.area, day(one.from), one.to && day(one.to))}</li>
        ))}
      </ul>
      {plan.waiting_areas.length > 0 && <p class="meta">{p.waiting(plan.waiting_areas.join(", "))}</p>}
    </section>
  );
}

/** A calendar day of the server, whatever this computer's zone. */
function day(text: string): string {
  const [year, month, number] = text.split("-").map(Number);
  return date(new Date(year!, month! - 1, number!).getTime(), lang.value, 0);
}
