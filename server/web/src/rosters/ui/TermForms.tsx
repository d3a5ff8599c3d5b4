/** Small dialogs that put somebody in a place, or end a term. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { words } from "../../settings.ts";
import { Fault } from "../../ui/Fault.tsx";
import { dayOf } from "../../plans/state.ts";
import { type Holder, type RoleInfo, rostersApi, type TermBody } from "../api.ts";
import { roleTitle, rosterWords, turn } from "../state.ts";

interface FormProps { title: string; button: string; refused: string; send: () => Promise<unknown>; onClose: () => void; children: ComponentChildren }

function TermDialog({ title, button, refused, send, onClose, children }: FormProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    send().then(() => {
      turn.value += 1;
      onClose();
    }, setFault).finally(() => setBusy(false));
  };
  return (
    <dialog ref={dialog} class="help sign-in" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <form onSubmit={submit}>
        {children}
        {fault !== null && <Fault what={refused} error={fault} />}
        <div class="actions">
          <button type="submit" class="button primary" disabled={busy}>{button}</button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>{words.value.cancel}</button>
        </div>
      </form>
    </dialog>
  );
}

export function PutTerm({ grid, role, day, onClose }: { grid: string; role: RoleInfo; day: string; onClose: () => void }) {
  const p = rosterWords.value;
  const [person, setPerson] = useState("");
  const [phone, setPhone] = useState("");
  const [from, setFrom] = useState(day);
  const [to, setTo] = useState("");
  const send = () => {
    const body: TermBody = { grid, role: role.role, person: person.trim() };
    if (phone.trim()) body.phone = phone.trim();
    if (from) body.from = from;
    if (to) body.to = to;
    return rostersApi.put(body);
  };
  return (
    <TermDialog title={p.fillIn(roleTitle(role), grid)} button={p.put} refused={p.what.put} send={send} onClose={onClose}>
      <label class="field"><span>{p.person}</span>
        <input type="text" name="person" required maxLength={100} autocomplete="off" value={person} onInput={(e) => setPerson(e.currentTarget.value)} />
      </label>
      <label class="field"><span>{p.phone}</span>
        <input type="tel" name="phone" maxLength={40} autocomplete="off" value={phone} onInput={(e) => setPhone(e.currentTarget.value)} />
      </label>
      <div class="two">
        <label class="field"><span>{p.from}</span>
          <input type="date" name="from" value={from} onInput={(e) => setFrom(e.currentTarget.value)} />
        </label>
        <label class="field"><span>{p.to} <small>{p.openEnd}</small></span>
          <input type="date" name="to" value={to} onInput={(e) => setTo(e.currentTarget.value)} />
        </label>
      </div>
    </TermDialog>
  );
}

export function EndTerm({ holder, onClose }: { holder: Holder; onClose: () => void }) {
  const p = rosterWords.value;
  const [last, setLast] = useState(() => dayOf(new Date()));
  return (
    <TermDialog title={p.endOf(holder.person)} button={p.end} refused={p.what.end} send={() => rostersApi.end(holder.term, last)} onClose={onClose}>
      <label class="field"><span>{p.lastDay}</span>
        <input type="date" name="on" required value={last} onInput={(e) => setLast(e.currentTarget.value)} />
      </label>
    </TermDialog>
  );
}
