/** Who is signed in, and the small dialog to sign in and out. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api.ts";
import { knowsSessions, me, signedIn, signIn, signOut } from "../session.ts";
import { words } from "../settings.ts";
import { accountOpen } from "./dialogs.ts";
import { Fault } from "./Fault.tsx";
import { Icon } from "./icons.tsx";

/** Name and role in the top bar; a machine of its own asks nobody, and an older server can't. */
export function AccountChip() {
  const d = words.value.desk;
  if (!knowsSessions()) return null;
  const { name, role } = me.value;
  const said = d.role[role] ?? role;
  const open = () => { accountOpen.value = true; };
  return (
    <>
      {signedIn() || role === "local"
        ? <button type="button" class="plain account-chip" aria-haspopup="dialog" onClick={open}><Icon name="person" /><span>{signedIn() && name ? `${name} · ${said}` : said}</span></button>
        : <button type="button" class="button" aria-haspopup="dialog" onClick={open}>{d.signIn}</button>}
      {accountOpen.value && <Account onClose={() => { accountOpen.value = false; }} />}
    </>
  );
}

function Account({ onClose }: { onClose: () => void }) {
  const d = words.value.desk;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="help account" aria-labelledby="account-title" onClose={onClose}>
      <h2 id="account-title">{signedIn() ? d.you : d.signIn}</h2>
      {signedIn() ? <Signed onDone={close} /> : <KeyForm onDone={close} />}
    </dialog>
  );
}

function Signed({ onDone }: { onDone: () => void }) {
  const w = words.value;
  const [fault, setFault] = useState<unknown>(null);
  const { name, role, area, signed_in_by } = me.value;
  const words_ = [w.desk.role[role] ?? role, area && w.desk.inArea(area)].filter(Boolean).join(" · ");
  return (
    <>
      <p><strong>{name}</strong><br />{words_}</p>
      {fault !== null && <Fault what={w.desk.signInFailed} error={fault} />}
      <div class="actions">
        {signed_in_by === "session" && (
          <button type="button" class="button" onClick={() => void signOut().then(onDone, setFault)}>{w.desk.signOut}</button>
        )}
        <button type="button" class="button" onClick={onDone}>{w.close}</button>
      </div>
    </>
  );
}

function KeyForm({ onDone }: { onDone: () => void }) {
  const w = words.value;
  const [text, setText] = useState("");
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const bad = fault instanceof Problem && fault.details.status === 401;
  const send = (event: Event) => {
    event.preventDefault();
    setFault(null);
    setBusy(true);
    signIn(text).then(onDone, setFault).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={send}>
      <label class={`field${bad ? " wrong" : ""}`}>
        <span>{w.desk.key}</span>
        <input type="password" name="key" autocomplete="off" spellcheck={false} required autofocus value={text}
          aria-describedby="key-hint" onInput={(event) => setText(event.currentTarget.value)} />
        {bad && <span class="field-fault" role="alert">{w.desk.keyBad}</span>}
      </label>
      <p class="meta" id="key-hint">{w.desk.keyHint}</p>
      {fault !== null && !bad && <Fault what={w.desk.signInFailed} error={fault} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={busy || !text.trim()}>{w.desk.signIn}</button>
        <button type="button" class="button" onClick={onDone}>{w.cancel}</button>
      </div>
    </form>
  );
}
