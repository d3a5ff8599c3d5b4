/** The plans, newest first: name, state, version, and how well they keep to their rules. */

import { useState } from "preact/hooks";
import { percent } from "../../format.ts";
import { lang, words } from "../../settings.ts";
import { Icon } from "../../ui/icons.tsx";
import type { PlanInfo, PlanState } from "../contract.ts";
import { may } from "../session.ts";
import { choose, chosen, plans } from "../state.ts";
import { importWords, planWords } from "../spoken.ts";
import { ImportPlan } from "./ImportPlan.tsx";

export function StateChip({ state }: { state: PlanState }) {
  return <span class={`state-chip ${state}`}>{planWords.value.state[state]}</span>;
}

export function PlanList() {
  const p = planWords.value;
  const all = plans.value;
  const [importing, setImporting] = useState(false);
  return (
    <nav class="plan-list" aria-label={p.list}>
      <h2>{p.title} {all && <span class="count">{all.length}</span>}</h2>
      {all === null && <div class="blocks" aria-label={words.value.loading}><i /><i /><i /></div>}
      {all?.length === 0 && <p class="empty">{p.none}</p>}
      <ul onKeyDown={walk}>
        {all?.map((one) => <Row key={one.plan} plan={one} />)}
      </ul>
      {may("plans.draft") && (
        <div class="list-foot">
          <button type="button" class="button" aria-haspopup="dialog" onClick={() => setImporting(true)}>
            <Icon name="plus" />{importWords.value.open}
          </button>
        </div>
      )}
      {importing && <ImportPlan onClose={() => setImporting(false)} />}
    </nav>
  );
}

function Row({ plan }: { plan: PlanInfo }) {
  const p = planWords.value;
  const m = plan.measures;
  return (
    <li>
      <button type="button" class="row plan-row" data-plan={plan.plan} aria-current={chosen.value === plan.plan ? "true" : undefined}
        onClick={() => choose(plan.plan)}>
        <span class="name">{plan.name}</span>
        <StateChip state={plan.state} />
        <span class="meta">{plan.plan} · {p.version(plan.version)}</span>
        <span class="meta">{p.gridsOf(m.grids)} · {p.worst(percent(m.spread.households.max_deviation, lang.value))}</span>
      </button>
    </li>
  );
}

/** Arrow keys go from row to row. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step || !(event.currentTarget instanceof Element)) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".plan-row")];
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  event.preventDefault();
}
