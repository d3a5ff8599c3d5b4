/** An action that asks first: why, and by how much, to whom or into which case; refusals stand at the field that they speak of. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api.ts";
import type { Alike, Case, Possible, Wish } from "../contract.ts";
import { lang, named, words } from "../settings.ts";
import { board } from "../state.ts";
import { actionName } from "./Actions.tsx";
import { Fault } from "./Fault.tsx";
import { alikeWords } from "./Linked.tsx";

/** What can't be taken back as easily as it is done. */
const GRAVE = new Set(["withdraw", "refuse", "merge", "decline"]);

interface Props {
  case_: Case;
  asking: { action: Possible; into?: string };
  alike: Alike[];
  busy: boolean;
  error: unknown;
  onRun: (wish: Wish) => void;
  onStop: () => void;
}

interface Filled { note: string; amount: string; category: string; department: string; into: string }

export function ActionForm({ case_, asking, alike, busy, error, onRun, onStop }: Props) {
  const d = words.value.desk;
  const { action } = asking;
  const form = useRef<HTMLFormElement>(null);
  const [filled, setFilled] = useState<Filled>({ note: "", amount: "", category: "", department: "", into: asking.into ?? "" });
  const [missing, setMissing] = useState<{ field: string; message: string } | null>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input,select,textarea")?.focus(), []);
  const set = (name: keyof Filled) => (event: { currentTarget: { value: string } }) => {
    setFilled({ ...filled, [name]: event.currentTarget.value });
    setMissing(null);
  };
  const refused = missing ? [missing] : error instanceof Problem ? (error.details.errors ?? []) : [];
  const told = (field: string) => refused.find((one) => one.field === field)?.message;
  const elsewhere = error !== null && !missing && !refused.some((one) => one.field in filled);
  const send = (event: Event) => {
    event.preventDefault();
    const lack = lacking(action, filled);
    setMissing(lack);
    if (!lack) onRun(wished(action, filled));
  };
  return (
    <form class="action-form" ref={form} onSubmit={send} aria-label={actionName(action)}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); onStop(); } }}>
      <p class="ask"><strong>{d.ask(actionName(action))}</strong> {d.hint[action.action]}</p>
      {elsewhere && <Fault what={words.value.what.act} error={error} />}
      {action.action === "extend" && (
        <Field name="amount" label={d.amount} fault={told("amount")}>
          <span class="with-unit">
            <input type="number" inputMode="decimal" min="0" step="any" value={filled.amount} onInput={set("amount")} />
            <span>{d.unit[case_.clock ?? "urgent_hours"]}</span>
          </span>
        </Field>
      )}
      {action.action === "transfer" && <Target case_={case_} filled={filled} set={set} told={told} />}
      {action.action === "merge" && (
        <Field name="into" label={d.into} fault={told("into")}>
          <input type="text" list="same-cases" autocomplete="off" value={filled.into} onInput={set("into")} />
          <datalist id="same-cases">{alike.map((one) => <option key={one.case} value={one.case}>{alikeWords(one)}</option>)}</datalist>
        </Field>
      )}
      <Field name="note" label={action.note_needed ? d.reason : d.noteOptional} fault={told("note")}>
        <textarea rows={2} maxLength={2000} value={filled.note} onInput={set("note")} />
      </Field>
      <div class="actions">
        <button type="submit" class={`button ${GRAVE.has(action.action) ? "danger" : "primary"}`} disabled={busy}>{d.yes(actionName(action))}</button>
        <button type="button" class="button" onClick={onStop}>{words.value.cancel}</button>
      </div>
    </form>
  );
}

function lacking(action: Possible, filled: Filled): { field: string; message: string } | null {
  const d = words.value.desk;
  if (action.action === "extend" && !(Number(filled.amount) > 0)) return { field: "amount", message: d.giveAmount };
  if (action.action === "transfer" && !filled.category && !filled.department) return { field: "category", message: d.giveTarget };
  if (action.action === "merge" && !filled.into.trim()) return { field: "into", message: d.giveCase };
  if (action.note_needed && !filled.note.trim()) return { field: "note", message: d.giveReason };
  return null;
}

function wished(action: Possible, filled: Filled): Wish {
  const wish: Wish = { action: action.action };
  if (filled.note.trim()) wish.note = filled.note.trim();
  if (action.action === "extend") wish.amount = Number(filled.amount);
  if (action.action === "transfer" && filled.category) wish.category = filled.category;
  if (action.action === "transfer" && filled.department) wish.department = filled.department;
  if (action.action === "merge") wish.into = filled.into.trim();
  return wish;
}

interface TargetProps {
  case_: Case;
  filled: Filled;
  set: (name: keyof Filled) => (event: { currentTarget: { value: string } }) => void;
  told: (field: string) => string | undefined;
}

function Target({ case_, filled, set, told }: TargetProps) {
  const d = words.value.desk;
  const kinds = (board.value?.categories ?? []).filter((one) => one.category !== case_.category);
  const departments = Object.entries(board.value?.departments ?? {}).filter(([name]) => name !== case_.department);
  return (
    <div class="two">
      <Field name="category" label={d.toCategory} fault={told("category")}>
        <select value={filled.category} onChange={set("category")}>
          <option value="">{d.asItIs}</option>
          {kinds.map((one) => <option key={one.category} value={one.category}>{named(one)}</option>)}
        </select>
      </Field>
      <Field name="department" label={d.toDepartment} fault={told("department")}>
        <select value={filled.department} onChange={set("department")}>
          <option value="">{d.asItIs}</option>
          {departments.map(([name, spoken]) => <option key={name} value={name}>{spoken[lang.value] ?? name}</option>)}
        </select>
      </Field>
    </div>
  );
}

/** A labelled field, with what is wrong with it below. */
export function Field({ name, label, fault, children }: { name: string; label: string; fault: string | undefined; children: ComponentChildren }) {
  return (
    <label class={`field${fault ? " wrong" : ""}`} data-field={name}>
      <span>{label}</span>
      {children}
      {fault && <span class="field-fault" role="alert">{fault}</span>}
    </label>
  );
}
