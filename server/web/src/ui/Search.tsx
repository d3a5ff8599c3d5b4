/** Find a case by number, name or address, or an officer by name; `/` goes there. */

import { useRef, useState } from "preact/hooks";
import type { Case, Responder } from "../contract.ts";
import { showPoint } from "../map/view.ts";
import { named, words } from "../settings.ts";
import { cases, grids, responders, select } from "../state.ts";
import { Icon } from "./icons.tsx";

interface Hit { kind: "case" | "officer" | "grid"; id: string; title: string; meta: string; at: [number, number] | null }

const SHOWN = 8;

export function Search() {
  const w = words.value;
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const hits = text.trim() ? find(text) : [];
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    select(hit.kind, hit.id);
    if (hit.at) showPoint(hit.at[0], hit.at[1]);
    setText("");
    input.current?.blur();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") go(hits[at]);
    else if (event.key === "Escape") { setText(""); input.current?.blur(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input} id="search" type="text" role="combobox" autocomplete="off" value={text} placeholder={w.search} aria-label={w.search}
        aria-expanded={hits.length > 0} aria-controls="search-hits" aria-autocomplete="list"
        {...(hits[at] ? { "aria-activedescendant": `hit-${at}` } : {})}
        onInput={(event) => { setText(event.currentTarget.value); setAt(0); }} onKeyDown={onKey}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id="search-hits" role="listbox" aria-label={w.search} hidden={hits.length === 0}>
        {hits.map((hit, i) => (
          <li key={`${hit.kind} ${hit.id}`} id={`hit-${i}`} role="option" aria-selected={i === at}
            onMouseDown={(event) => { event.preventDefault(); go(hit); }}>
            <span>{hit.title}</span><small>{hit.meta}</small>
          </li>
        ))}
      </ul>
      {text.trim() && hits.length === 0 && <p class="no-hit" role="status">{w.noMatch}</p>}
    </div>
  );
}

function find(text: string): Hit[] {
  const wanted = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = (...parts: (string | null)[]) => {
    const whole = parts.filter(Boolean).join(" ").toLocaleLowerCase();
    return wanted.every((word) => whole.includes(word));
  };
  const hits: Hit[] = [];
  for (const c of cases.value.values()) {
    if (fits(c.case, c.name_zh, c.name_en, c.address, c.description, `grid ${c.grid}`, `网格 ${c.grid}`)) hits.push(caseHit(c));
  }
  for (const r of responders.value.values()) if (fits(r.name, r.name_zh, r.initials)) hits.push(officerHit(r));
  for (const g of grids.value) {
    const { grid, code, label_lon, label_lat } = g.properties;
    if (fits(`grid ${grid}`, `网格 ${grid}`, code)) {
      hits.push({ kind: "grid", id: grid, title: words.value.Grid(grid), meta: code, at: [label_lon, label_lat] });
    }
  }
  return hits.slice(0, SHOWN);
}

function caseHit(c: Case): Hit {
  const meta = [c.address ?? c.case, words.value.grid(c.grid)].join(" · ");
  return { kind: "case", id: c.case, title: named(c), meta, at: [c.lon, c.lat] };
}

function officerHit(r: Responder): Hit {
  const at: [number, number] | null = r.lon !== null && r.lat !== null ? [r.lon, r.lat] : null;
  return { kind: "officer", id: r.responder, title: named(r), meta: words.value.grid(r.grids.join(", ")), at };
}
