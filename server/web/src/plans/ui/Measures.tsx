/** Measures of the plan, beside those of the plan it is compared with: better or worse in words. */

import { decimal, percent, whole } from "../../format.ts";
import { lang } from "../../settings.ts";
import type { PlanDetail, PlanMeasures } from "../contract.ts";
import { basePlan } from "../state.ts";
import { planWords } from "../spoken.ts";

interface Line {
  name: string;
  of: (m: PlanMeasures) => number;
  show: (value: number) => string;
  /** The difference, signed; its unit stands beside it. */
  change: (difference: number) => string;
  /** 1 where more is better, -1 where less is, 0 where neither. */
  good: -1 | 0 | 1;
}

export function Measures({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  const other = basePlan.value?.measures ?? null;
  return (
    <section>
      <table class="figures measures-table">
        <thead>
          <tr>
            <th scope="col">{p.measure}</th>
            {other && <th scope="col">{basePlan.value?.plan}</th>}
            <th scope="col">{plan.plan}</th>
            {other && <th scope="col">{p.change}</th>}
          </tr>
        </thead>
        <tbody>
          {lines().map((line) => (
            <tr key={line.name}>
              <th scope="row">{line.name}</th>
              {other && <td class="before">{line.show(line.of(other))}</td>}
              <td>{line.show(line.of(plan.measures))}</td>
              {other && <Change line={line} difference={line.of(plan.measures) - line.of(other)} />}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Change({ line, difference }: { line: Line; difference: number }) {
  const p = planWords.value;
  const text = line.change(Math.abs(difference));
  if (!/[1-9]/.test(text)) return <td class="none">0</td>;
  const signed = `${difference < 0 ? "\u2212" : "+"}${text}`;
  const better = line.good === 0 ? null : difference * line.good > 0;
  return (
    <td class={better === null ? "" : better ? "good" : "bad"}>
      {better !== null && <span>{better ? p.better : p.worse} </span>}<b>{signed}</b>
    </td>
  );
}

function lines(): Line[] {
  const p = planWords.value;
  const share = (value: number) => percent(value, lang.value);
  const points = (value: number) => `${decimal(value * 100)} ${p.points}`;
  return [
    { name: p.rows.grids, of: (m) => m.grids, show: whole, change: whole, good: 0 },
    { name: p.rows.worstHouseholds, of: (m) => m.spread.households.max_deviation, show: share, change: points, good: -1 },
    { name: p.rows.worstWorkload, of: (m) => m.spread.workload.max_deviation, show: share, change: points, good: -1 },
    { name: p.rows.spread, of: (m) => m.spread.households.cv, show: share, change: points, good: -1 },
    { name: p.rows.gini, of: (m) => m.spread.households.gini, show: (v) => decimal(v, 3), change: (v) => decimal(v, 3), good: -1 },
    { name: p.rows.compactness, of: (m) => m.compactness, show: (v) => decimal(v, 2), change: (v) => decimal(v, 2), good: 1 },
    { name: p.rows.faults, of: (m) => m.faults, show: whole, change: whole, good: -1 },
  ];
}
