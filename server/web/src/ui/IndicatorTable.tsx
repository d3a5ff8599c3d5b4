/** The indicators of the last 30 days, of all together and by grid, area and so on; each count opens its cases. */

import { useState } from "preact/hooks";
import { api } from "../api.ts";
import type { FigureRow } from "../contract.ts";
import { percent, whole } from "../format.ts";
import { lang, named, words } from "../settings.ts";
import { board, responders } from "../state.ts";
import { useAsked } from "./asked.ts";
import { Fault } from "./Fault.tsx";
import { Rows } from "./FigureSheet.tsx";
import { SheetFrame } from "./Sheet.tsx";

/** A count that was opened: its words, and the request for its cases. */
interface Opened { title: string; path: string }

const RATES: Record<string, [string, string]> = {
  on_time_rate: ["on_time", "due"], handling_rate: ["handled", "to_handle"], closing_rate: ["closed_of_filed", "filed"],
  rework_rate: ["reworked", "verdicts"], verified_rate: ["verified_of_filed", "filed"],
};
const MONTH = ["opening", "new", "closed", "carried_over"];

export function IndicatorTable() {
  const w = words.value;
  const d = w.desk;
  const [by, setBy] = useState("grid");
  const [opened, setOpened] = useState<Opened | null>(null);
  const asked = useAsked((signal) => api.figures(by, null, signal), [by]);
  if (opened) return <Behind opened={opened} onBack={() => setOpened(null)} />;
  const open = (row: FigureRow, figure: string) => {
    const path = row.cases[figure];
    const title = [d.figure[figure] ?? figure, row.key && keyName(by, row.key)].filter(Boolean).join(" · ");
    if (path) setOpened({ title, path });
  };
  return (
    <SheetFrame over={w.board} title={d.figureOf["all"]!}>
      {asked.error !== null && <Fault what={w.what.figures} error={asked.error} onRetry={asked.again} />}
      {!asked.value && asked.error === null && <div class="blocks"><i /><i /><i /></div>}
      {asked.value && (
        <>
          <table class="figures"><tbody>
            {Object.entries(RATES).map(([rate, [part, whole_]]) => <Rate key={rate} row={asked.value!.total} rate={rate} part={part} whole_={whole_} onOpen={open} />)}
          </tbody></table>
          <p class="month">
            {MONTH.map((name, i) => (
              <span key={name}>{["", "+", "−", "="][i]} {d.figure[name]} <Count row={asked.value!.total} figure={name} onOpen={open} /></span>
            ))}
          </p>
          <label class="by">{d.by}
            <select value={by} onChange={(event) => setBy(event.currentTarget.value)}>
              {Object.entries(d.groups).map(([name, spoken]) => <option key={name} value={name}>{spoken}</option>)}
            </select>
          </label>
          <Groups by={asked.value.by} rows={asked.value.rows} onOpen={open} />
        </>
      )}
    </SheetFrame>
  );
}

type Open = (row: FigureRow, figure: string) => void;

function Rate({ row, rate, part, whole_, onOpen }: { row: FigureRow; rate: string; part: string; whole_: string; onOpen: Open }) {
  const d = words.value.desk;
  return (
    <tr data-rate={rate}>
      <th scope="row">{d.rate[rate] ?? rate}</th>
      <td><b>{percent(row.rates[rate], lang.value)}</b></td>
      <td><Count row={row} figure={part} onOpen={onOpen} /> / <Count row={row} figure={whole_} onOpen={onOpen} /></td>
    </tr>
  );
}

function Groups({ by, rows, onOpen }: { by: string; rows: FigureRow[]; onOpen: Open }) {
  const d = words.value.desk;
  return (
    <table class="figures groups">
      <thead><tr><th scope="col">{d.groups[by] ?? by}</th><th scope="col">{d.toHandle}</th><th scope="col">{d.rate["on_time_rate"]}</th><th scope="col">{d.carried}</th></tr></thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} class={row.state}>
            <th scope="row">{keyName(by, row.key)}</th>
            <td><Count row={row} figure="to_handle" onOpen={onOpen} /></td>
            <td>{row.state === "unknown" ? d.unknown : percent(row.rates["on_time_rate"], lang.value)}</td>
            <td><Count row={row} figure="carried_over" onOpen={onOpen} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A count that opens its cases; 0 opens nothing, unknown is said. */
function Count({ row, figure, onOpen }: { row: FigureRow; figure: string; onOpen: Open }) {
  const n = row.figures[figure];
  if (n == null) return <span class="meta">{words.value.desk.unknown}</span>;
  if (n === 0) return <span class="meta">0</span>;
  return <button type="button" class="link" data-figure={figure} onClick={() => onOpen(row, figure)}>{whole(n)}</button>;
}

function Behind({ opened, onBack }: { opened: Opened; onBack: () => void }) {
  const w = words.value;
  const asked = useAsked((signal) => api.list(opened.path, signal), [opened.path]);
  return (
    <SheetFrame over={w.desk.figureOf["all"]} title={opened.title} meta={asked.value && w.desk.counted(asked.value.length)}
      footer={<div class="actions"><button type="button" class="button" onClick={onBack}>{w.desk.back}</button></div>}>
      {asked.error !== null && <Fault what={w.what.figures} error={asked.error} onRetry={asked.again} />}
      {asked.value ? <Rows list={asked.value} /> : asked.error === null && <div class="blocks"><i /><i /><i /></div>}
    </SheetFrame>
  );
}

/** What a group is called where the board knows its name. */
function keyName(by: string, key: string): string {
  if (key === "-") return "–";
  if (by === "department") return board.value?.departments?.[key]?.[lang.value] ?? key;
  const kind = by === "category" ? board.value?.categories.find((one) => one.category === key) : undefined;
  const officer = by === "officer" ? responders.value.get(key) : undefined;
  return kind ? named(kind) : officer ? named(officer) : key;
}
