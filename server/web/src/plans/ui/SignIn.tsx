/** A small dialog that asks for the key. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../../api.ts";
import { words } from "../../settings.ts";
import { Fault } from "../../ui/Fault.tsx";
import { signIn } from "../session.ts";
import { planWords } from "../spoken.ts";

export function SignIn({ onClose }: { onClose: () => void }) {
  const p = planWords.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const refused = fault instanceof Problem && fault.details.status === 401;
  const send = (event: Event) => {
    event.preventDefault();
    setFault(null);
    signIn(text).then(onClose, setFault);
  };
  return (
    <dialog ref={dialog} class="help sign-in" aria-labelledby="sign-in-title" onClose={onClose}>
      <h2 id="sign-in-title">{p.signIn}</h2>
      <form onSubmit={send}>
        <label class="field">
          <span>{p.key}</span>
          <input type="password" name="key" autocomplete="off" spellcheck={false} required value={text}
            aria-describedby="sign-in-hint" onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <p class="meta" id="sign-in-hint">{p.keyHint}</p>
        {refused && <div class="fault" role="alert"><div><strong>{p.what.key}</strong><p>{p.keyBad}</p></div></div>}
        {fault !== null && !refused && <Fault what={p.what.key} error={fault} />}
        <div class="actions">
          <button type="submit" class="button primary" disabled={!text.trim()}>{p.signIn}</button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>{words.value.cancel}</button>
        </div>
      </form>
    </dialog>
  );
}
