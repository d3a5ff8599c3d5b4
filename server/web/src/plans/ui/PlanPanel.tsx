/** What is known of the chosen plan: measures against another plan, what moves, next step, periods, comments, history. */

import { useEffect } from "preact/hooks";
import { date, percent, whole } from "../../format.ts";
import { lang, words } from "../../settings.ts";
import { type Asked, useAsked } from "../../ui/asked.ts";
import { Fault } from "../../ui/Fault.tsx";
import { plansApi } from "../api.ts";
import type { Comparison, PlanDetail } from "../contract.ts";
import { base, chosenPlan, comparison, differences, drawnGrids, plans, turn } from "../state.ts";
import { planWords } from "../spoken.ts";
import { Comments } from "./Comments.tsx";
import { History, Periods } from "./History.tsx";
import { Measures } from "./Measures.tsx";
import { StateChip } from "./PlanList.tsx";
import { Steps } from "./Steps.tsx";

export function PlanPanel({ plan }: { plan: string }) {
  const p = planWords.value;
  const own = chosenPlan.value;
  const detail = useAsked((signal) => plansApi.one(plan, signal), [plan, turn.value, own?.revision]);
  const compared = useDrawn(plan, own?.revision, own?.current_units ?? true);
  const known = detail.value;
  return (
    <section class="plan-panel" id="panel" tabIndex={-1} aria-labelledby="plan-title">
      {detail.error !== null && <Fault what={p.what.plan} error={detail.error} onRetry={detail.again} />}
      {!known && <div class="blocks" aria-label={words.value.loading}><i /><i /><i /><i /></div>}
      {known && <Head plan={known} />}
      {known && <BaseChoice plan={known} />}
      {compared.error !== null && <Fault what={p.what.compare} error={compared.error} onRetry={compared.again} />}
      {base.value && compared.value && <Moved told={compared.value} />}
      {known && <Steps plan={known} />}
      {known && <Measures plan={known} />}
      {base.value && compared.value && compared.value.pairs.length > 0 && <Pairs told={compared.value} />}
      {known && <Periods plan={known} />}
      {known && <Faults plan={known} />}
      <Comments plan={plan} />
      {known && <History plan={known} />}
    </section>
  );
}

/** Ask for what the map shows of a plan and keep it drawn; the answer is the comparison's figures. */
function useDrawn(plan: string, revision: number | undefined, current: boolean): Asked<Comparison> {
  const other = base.value || plan;
  const grids = useAsked((signal) => plansApi.grids(plan, signal), [plan, revision]);
  const lines = useAsked(async (signal) => (current ? plansApi.differences(other, plan, signal) : []), [other, plan, revision, current]);
  const told = useAsked(
    async (signal) => (current && other !== plan ? plansApi.compare(other, plan, signal) : null as unknown as Comparison),
    [other, plan, revision, current],
  );
  useEffect(() => { drawnGrids.value = grids.value ?? []; }, [grids.value]);
  useEffect(() => { differences.value = lines.value ?? []; }, [lines.value]);
  useEffect(() => { comparison.value = told.value; }, [told.value]);
  return told.error === null && lines.error !== null ? { ...told, error: lines.error, again: lines.again } : told;
}

function Head({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  const made = date(Date.parse(plan.created_at), lang.value, new Date().getFullYear());
  return (
    <header>
      <p class="over">{plan.plan} · {p.version(plan.version)} · {p.made(plan.created_by_name, made)}</p>
      <h2 id="plan-title" tabIndex={-1}>{plan.name} <StateChip state={plan.state} /></h2>
      <p class="meta hash" title={plan.content_hash}>{p.hash} sha256 {plan.content_hash.slice(0, 8)}…{plan.content_hash.slice(-4)}</p>
    </header>
  );
}

function BaseChoice({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  const others = (plans.value ?? []).filter((one) => one.plan !== plan.plan && one.current_units);
  if (!plan.current_units) return <p class="note">{p.otherUnits}</p>;
  return (
    <label class="base-choice">
      <span>{p.comparedWith}</span>
      <select value={base.value ?? ""} onChange={(event) => { base.value = event.currentTarget.value; }}>
        <option value="">{p.alone}</option>
        {others.map((one) => <option key={one.plan} value={one.plan}>{one.plan} · {one.name} · {p.state[one.state]}</option>)}
      </select>
    </label>
  );
}

function Moved({ told }: { told: Comparison }) {
  const p = planWords.value;
  return (
    <div class="moved" role="status">
      <h3>{told.units_moved ? p.moved(told.units_moved, whole(told.households_moved)) : p.nothingMoved}</h3>
      {told.units_moved > 0 && (
        <p class="meta">{p.ofAll(percent(told.share_moved, lang.value), percent(told.ties_kept, lang.value))}</p>
      )}
    </div>
  );
}

function Pairs({ told }: { told: Comparison }) {
  const p = planWords.value;
  return (
    <section>
      <h3>{p.pairs}</h3>
      <table class="figures">
        <thead><tr><th scope="col">{p.fromTo}</th><th scope="col">{p.units}</th><th scope="col">{p.households}</th></tr></thead>
        <tbody>
          {told.pairs.map((pair) => (
            <tr key={`${pair.from} ${pair.to}`}>
              <th scope="row"><b>{pair.from} → {pair.to}</b></th><td>{whole(pair.units)}</td><td>{whole(pair.households)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const SHOWN = 8;

const inWords = (one: { text: string; text_zh?: string }) => (lang.value === "zh" && one.text_zh) || one.text;

function Faults({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  const lists = [
    { title: p.conflicts, rows: plan.conflicts.filter((c) => c.kind !== "broken").map(inWords), all: null },
    { title: p.brokenRules, rows: plan.measures.broken.map(inWords), all: plan.measures.faults },
  ];
  return (
    <>
      {lists.filter((list) => list.rows.length > 0).map((list) => (
        <section key={list.title} class="faults">
          <h3>{list.title} <span class="count">{list.all ?? list.rows.length}</span></h3>
          <ul>{list.rows.slice(0, SHOWN).map((row) => <li key={row}>{row}</li>)}</ul>
        </section>
      ))}
    </>
  );
}
