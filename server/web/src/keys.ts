/** Shortcuts that work wherever the focus is, except in a field of text. */

import { beginReport, closeSheet, draft, selection } from "./state.ts";
import { showAll, zoomBy } from "./map/view.ts";
import { helpOpen, layersOpen } from "./ui/dialogs.ts";

export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // A dialog has the keyboard for itself.
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      leave();
      return;
    }
    if (event.target instanceof Element && event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    if (press(event.key)) event.preventDefault();
  });
}

function leave(): void {
  if (layersOpen.value) layersOpen.value = false;
  else if (draft.value || selection.value) closeSheet();
}

function press(key: string): boolean {
  if (key === "/") document.getElementById("search")?.focus();
  else if (key === "n") beginReport();
  else if (key === "f") showAll();
  else if (key === "l") layersOpen.value = !layersOpen.value;
  else if (key === "?") helpOpen.value = true;
  else if (key === "+" || key === "=") zoomBy(1);
  else if (key === "-") zoomBy(-1);
  else return false;
  return true;
}
