/** What is pressed in a sheet often goes with it: the focus goes on where it was, not to the begin of the page. */

/** Keep the focus in `sheet` while what had it is taken away or barred; returns what ends that. */
export function keepFocus(sheet: HTMLElement, head: HTMLElement): () => void {
  let last: HTMLElement | null = null;
  let foot = false;
  const had = (event: FocusEvent) => {
    last = event.target as HTMLElement;
    foot = last.closest("footer") !== null;
  };
  const left = (event: FocusEvent) => { if (event.relatedTarget) last = null; };
  const pressed = () => { last = null; };
  const changed = new MutationObserver(() => {
    if (!last || (document.activeElement && document.activeElement !== document.body)) return;
    // A button that is barred while the server is asked has the focus again when it may be pressed.
    if (!last.isConnected) ((foot && sheet.querySelector<HTMLElement>(":scope > footer")) || head).focus({ preventScroll: true });
    else if (!last.matches(":disabled")) last.focus({ preventScroll: true });
  });
  sheet.addEventListener("focusin", had);
  sheet.addEventListener("focusout", left);
  document.addEventListener("pointerdown", pressed, true);
  changed.observe(sheet, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  return () => {
    changed.disconnect();
    sheet.removeEventListener("focusin", had);
    sheet.removeEventListener("focusout", left);
    document.removeEventListener("pointerdown", pressed, true);
  };
}
