/** One photo large, the others by arrow keys. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Photo } from "../contract.ts";
import { words } from "../settings.ts";
import { Icon } from "./icons.tsx";
import { photoWords } from "./Photos.tsx";

interface Props { list: Photo[]; at: number; onMove: (at: number) => void; onClose: () => void }

export function PhotoViewer({ list, at, onMove, onClose }: Props) {
  const w = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const photo = list[at]!;
  const step = (by: number) => { if (list[at + by]) onMove(at + by); };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
  };
  return (
    <dialog ref={dialog} class="viewer" aria-label={photoWords(photo)} onClose={onClose} onKeyDown={onKey}>
      <img src={photo.href} alt={photoWords(photo)} width={photo.width} height={photo.height} />
      <p>
        <button type="button" class="plain icon-only" aria-disabled={at === 0} aria-label={w.desk.previous} onClick={() => step(-1)}><Icon name="left" /></button>
        <span role="status">{photoWords(photo)} · {at + 1} / {list.length}</span>
        <button type="button" class="plain icon-only" aria-disabled={at === list.length - 1} aria-label={w.desk.next} onClick={() => step(1)}><Icon name="right" /></button>
        <button type="button" class="plain icon-only" aria-label={w.close} onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </p>
    </dialog>
  );
}
