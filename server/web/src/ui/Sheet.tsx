/** The sheet on the right: what was opened by a row, a mark or a click on the map. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../settings.ts";
import { closeSheet, draft, selection } from "../state.ts";
import { CaseSheet } from "./CaseSheet.tsx";
import { FigureSheet } from "./FigureSheet.tsx";
import { GridSheet } from "./GridSheet.tsx";
import { Icon } from "./icons.tsx";
import { OfficerSheet } from "./OfficerSheet.tsx";
import { ReportSheet } from "./ReportSheet.tsx";
import { keepFocus } from "./keepFocus.ts";

export function Sheet() {
  if (draft.value) return <ReportSheet />;
  const chosen = selection.value;
  if (!chosen) return null;
  if (chosen.kind === "case") return <CaseSheet key={chosen.id} id={chosen.id} />;
  if (chosen.kind === "grid") return <GridSheet key={chosen.id} id={chosen.id} />;
  if (chosen.kind === "figure") return <FigureSheet key={chosen.id} id={chosen.id} />;
  return <OfficerSheet key={chosen.id} id={chosen.id} />;
}

interface Props {
  /** Small line above the title. */
  over: ComponentChildren;
  title: string;
  meta?: ComponentChildren;
  footer?: ComponentChildren;
  children: ComponentChildren;
}

/** Head, scrolling body and foot of a sheet; takes the focus when it opens and gives it back when it closes. */
export function SheetFrame({ over, title, meta, footer, children }: Props) {
  const w = words.value;
  const head = useRef<HTMLHeadingElement>(null);
  const sheet = useRef<HTMLElement>(null);
  // Before it is painted: what lies under the sheet can't keep the focus from then on.
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    head.current?.focus({ preventScroll: true });
    const stop = sheet.current && head.current ? keepFocus(sheet.current, head.current) : () => {};
    return () => {
      stop();
      // Once the sheet is gone, which covers what had it.
      queueMicrotask(() => {
        if (before?.isConnected && !document.querySelector(".sheet")) before.focus({ preventScroll: true });
      });
    };
  }, []);
  return (
    <section ref={sheet} class="sheet" role="region" aria-labelledby="sheet-title">
      <header>
        <div class="over">{over}</div>
        <button type="button" class="plain icon-only" aria-label={w.close} title={`${w.close} (Esc)`} onClick={closeSheet}>
          <Icon name="close" />
        </button>
        <h2 id="sheet-title" ref={head} tabIndex={-1}>{title}</h2>
        {meta && <p class="meta">{meta}</p>}
      </header>
      <div class="body">{children}</div>
      {footer && <footer tabIndex={-1}>{footer}</footer>}
    </section>
  );
}
