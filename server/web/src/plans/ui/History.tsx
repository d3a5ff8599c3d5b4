/** Who did what with the plan, when and why; and where it is in force from when. */

import { date, moment } from "../../format.ts";
import { lang } from "../../settings.ts";
import type { Period, PlanDetail, PlanEvent } from "../contract.ts";
import { areaName, areaNames } from "../state.ts";
import { planWords } from "../spoken.ts";
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
              <span class="meta"> {event.actor ? event.actor_name : p.server}{event.role && ` · ${roleName(event.role)}`}</span>
              {why(event) && <q>{why(event)}</q>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The reason; what the server itself did is told in the page's language. */
function why(event: PlanEvent): string | null {
  if (event.actor) return event.why;
  return event.to_state === "retired" ? planWords.value.replaced : null;
}

function effective(event: PlanEvent): string {
  return event.data.date ? planWords.value.effective(day(event.data.date), areaNames(event.data.areas ?? [])) : "";
}

export function Periods({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  if (!plan.periods.length) return null;
  return (
    <section class="periods">
      <h3>{p.periods}</h3>
      <ul>
        {together(plan.periods).map(({ from, to, areas }) => (
          <li key={areas.join()}>{p.fromDay(areaNames(areas), day(from), to && day(to))}</li>
        ))}
      </ul>
      {plan.waiting_areas.length > 0 && <p class="meta">{p.waiting(plan.waiting_areas.map(areaName).join(", "))}</p>}
    </section>
  );
}

/** Areas of one beginning and one end together. */
function together(periods: Period[]): { from: string; to: string | null; areas: string[] }[] {
  const spans = new Map<string, { from: string; to: string | null; areas: string[] }>();
  for (const { area, from, to } of periods) {
    const span = spans.get(`${from} ${to}`) ?? { from, to, areas: [] };
    span.areas.push(area);
    spans.set(`${from} ${to}`, span);
  }
  return [...spans.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** A calendar day of the server, whatever this computer's zone. */
function day(text: string): string {
  const [year, month, number] = text.split("-").map(Number);
  return date(new Date(year!, month! - 1, number!).getTime(), lang.value, 0);
}
