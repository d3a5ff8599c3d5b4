/** What may follow: a button for each step that the role may take, and who takes the others. */

import { useState } from "preact/hooks";
import { Problem } from "../../api.ts";
import { words } from "../../settings.ts";
import { Fault } from "../../ui/Fault.tsx";
import { plansApi, type StepBody } from "../api.ts";
import type { PlanDetail, PlanStep } from "../contract.ts";
import { may, me } from "../session.ts";
import { areaName, choose, dayOf, lookAgain, roles } from "../state.ts";
import { planWords } from "../spoken.ts";
import { roleName } from "./PlansTop.tsx";

export function Steps({ plan }: { plan: PlanDetail }) {
  const p = planWords.value;
  const [asked, setAsked] = useState<PlanStep | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const done = async (work: Promise<unknown>) => {
    setBusy(true);
    setFault(null);
    try {
      await work;
      setAsked(null);
    } catch (error) {
      setFault(error);
      if (error instanceof Problem && [409, 412].includes(error.details.status)) setAsked(null);
    } finally {
      setBusy(false);
      await lookAgain().catch(setFault);
    }
  };
  const steps = plan.steps.filter((step) => step.to !== plan.state || plan.waiting_areas.length > 0);
  const mine = steps.filter((step) => may(step.permission));
  return (
    <section class="steps">
      <h3>{p.next}</h3>
      {!me.value && <p class="empty">{p.signInFor}</p>}
      {steps.filter((step) => !may(step.permission)).map((step) => (
        <p key={step.to} class="meta">{p.takes(nameOf(step, plan), whoTakes(step.permission))}</p>
      ))}
      {plan.steps.length === 0 && <p class="meta">{p.last}</p>}
      {fault !== null && <StepFault error={fault} />}
      {asked ? (
        <StepForm plan={plan} step={asked} busy={busy} onCancel={() => setAsked(null)}
          onSend={(body) => void done(plansApi.step(plan, body))} />
      ) : (
        <div class="actions">
          {mine.map((step, i) => (
            <button key={step.to} type="button" disabled={busy} data-to={step.to}
              class={`button${step.to === "retired" ? " danger" : i === 0 ? " primary" : ""}`} onClick={() => setAsked(step)}>
              {nameOf(step, plan)}
            </button>
          ))}
          {may("plans.draft") && plan.current_units && (
            <button type="button" class="button" disabled={busy} title={p.newVersionHint}
              onClick={() => void done(plansApi.version(plan.plan, "").then(async (made) => {
                await lookAgain();
                choose(made.plan);
              }))}>
              {p.newVersion}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function nameOf(step: PlanStep, plan: PlanDetail): string {
  const p = planWords.value;
  return step.to === plan.state ? p.stepMore : p.stepTo[step.to];
}

function whoTakes(permission: string): string {
  return roles.value.filter((role) => role.may.includes(permission)).map((role) => roleName(role.role)).join(" / ");
}

function StepFault({ error }: { error: unknown }) {
  const p = planWords.value;
  const changed = error instanceof Problem && error.details.status === 412;
  if (!changed) return <Fault what={p.what.step} error={error} />;
  return <div class="fault" role="alert"><div><strong>{p.what.step}</strong><p>{p.changed}</p></div></div>;
}

interface FormProps { plan: PlanDetail; step: PlanStep; busy: boolean; onCancel: () => void; onSend: (body: StepBody) => void }

function StepForm({ plan, step, busy, onCancel, onSend }: FormProps) {
  const p = planWords.value;
  const [why, setWhy] = useState("");
  const [day, setDay] = useState(() => dayOf(new Date()));
  const [areas, setAreas] = useState<string[]>([]);
  const send = (event: Event) => {
    event.preventDefault();
    const body: StepBody = { to: step.to };
    if (why.trim()) body.why = why.trim();
    if (step.dated) body.date = day;
    if (step.by_area && areas.length) body.areas = areas;
    onSend(body);
  };
  const toggle = (area: string, on: boolean) => setAreas(on ? [...areas, area] : areas.filter((one) => one !== area));
  return (
    <form class="step-form" onSubmit={send}>
      <label class="field">
        <span>{p.why} <small>{p.whyHint}</small></span>
        <textarea rows={2} maxLength={2000} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      {step.dated && (
        <label class="field">
          <span>{p.day}</span>
          <input type="date" required value={day} onInput={(event) => setDay(event.currentTarget.value)} />
        </label>
      )}
      {step.by_area && plan.waiting_areas.length > 1 && (
        <fieldset class="areas">
          <legend>{p.areas} <small>{areas.length ? "" : p.allLeft}</small></legend>
          {plan.waiting_areas.map((area) => (
            <label key={area}>
              <input type="checkbox" checked={areas.includes(area)} onChange={(event) => toggle(area, event.currentTarget.checked)} />
              {areaName(area)}
            </label>
          ))}
        </fieldset>
      )}
      <div class="actions">
        <button type="submit" class={`button ${step.to === "retired" ? "danger" : "primary"}`} disabled={busy}>{nameOf(step, plan)}</button>
        <button type="button" class="button" onClick={onCancel}>{words.value.cancel}</button>
      </div>
    </form>
  );
}
