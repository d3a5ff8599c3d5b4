/** The keyboard shortcuts, behind `?`. */

import { useEffect, useRef } from "preact/hooks";
import { words } from "../settings.ts";
import { helpOpen } from "./dialogs.ts";

export function Help() {
  const w = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => { helpOpen.value = false; }}>
      <h2 id="help-title">{w.shortcuts}</h2>
      <dl>{w.keys.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
      <button type="button" class="button" onClick={() => { helpOpen.value = false; }}>{w.close}</button>
    </dialog>
  );
}
