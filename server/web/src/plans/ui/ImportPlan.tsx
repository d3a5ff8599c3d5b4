/** A plan file becomes a draft: what doesn't fit is shown first, kind by kind and row by row. */

import { useState } from "preact/hooks";
import { whole } from "../../format.ts";
import { lang } from "../../settings.ts";
import { CaseShape } from "../../ui/shapes.tsx";
import { plansApi } from "../api.ts";
import type { PlanReport, Reading } from "../importContract.ts";
import { choose, lookAgain } from "../state.ts";
import { importWords } from "../spoken.ts";
import { FileDialog, Verdict } from "./FileDialog.tsx";

const ENDINGS = ".csv,.xlsx,.geojson,.json,.gpkg,.parquet,.fgb,.zip";
const PLAIN: Reading = { unit_column: "", grid_column: "", layer: "", accept_suggestions: false, ignore_unmatched: false, carry_over: false };

export function ImportPlan({ onClose }: { onClose: () => void }) {
  const p = importWords.value;
  const [reading, setReading] = useState<Reading>(PLAIN);
  const [turn, setTurn] = useState(0);
  const [name, setName] = useState("");
  const [why, setWhy] = useState("");
  const change = (some: Partial<Reading>) => setReading({ ...reading, ...some });
  const again = (some: Partial<Reading>) => {
    change(some);
    setTurn(turn + 1);
  };
  return (
    <FileDialog<PlanReport>
      title={p.title} hint={p.hint} accept={ENDINGS} confirm={p.confirm} refused={p.what.write} turn={turn}
      reading={JSON.stringify(reading)} ready={name.trim() !== ""} onClose={onClose}
      onFile={(file) => { if (!name) setName(file.name.replace(/\.[^.]+$/, "").slice(0, 200)); }}
      check={(file, signal) => plansApi.check(file, reading, signal)}
      write={async (file, report, key) => {
        const made = await plansApi.import(file, reading, { name: name.trim(), why: why.trim(), checked: report.checked ?? "" }, key);
        await lookAgain();
        choose(made.plan);
      }}
      options={(open) => <Options open={open} reading={reading} change={change} />}
      show={(report) => <ReportOf report={report} again={again} />}
      fields={
        <>
          <label class="field">
            <span>{p.name}</span>
            <input type="text" name="name" required maxLength={200} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>{p.why} <small>{p.whyHint}</small></span>
            <input type="text" name="why" maxLength={2000} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
          </label>
        </>
      }
    />
  );
}

function Options({ open, reading, change }: { open: boolean; reading: Reading; change: (some: Partial<Reading>) => void }) {
  const p = importWords.value;
  const texts = [["unit_column", p.unitColumn], ["grid_column", p.gridColumn], ["layer", p.layer]] as const;
  const ticks = [["accept_suggestions", p.accept], ["ignore_unmatched", p.leaveOut], ["carry_over", p.carry]] as const;
  return (
    <details class="reading" open={open}>
      <summary>{p.reading}</summary>
      <div class="columns">
        {texts.map(([key, label]) => (
          <label key={key} class="field">
            <span>{label}</span>
            <input type="text" name={key} maxLength={200} placeholder={p.found} value={reading[key]}
              onInput={(event) => change({ [key]: event.currentTarget.value })} />
          </label>
        ))}
      </div>
      {ticks.map(([key, label]) => (
        <label key={key} class="settle">
          <input type="checkbox" name={key} checked={reading[key]} onChange={(event) => change({ [key]: event.currentTarget.checked })} />
          {label}
        </label>
      ))}
    </details>
  );
}

/** Checks the file again, read in another way. */
type Again = (some: Partial<Reading>) => void;

function ReportOf({ report, again }: { report: PlanReport; again: Again }) {
  const p = importWords.value;
  return (
    <section class="report" aria-live="polite">
      <Verdict ok={report.ok} checked={report.checked}>
        {report.ok ? <CaseShape light="ok" size={14} /> : <CaseShape light="over" size={16} />}
        {report.ok ? p.fits(whole(report.units), whole(report.grids)) : p.fitsNot(whole(report.matched), whole(report.units))}
      </Verdict>
      {!report.ok && <p class="meta">{p.mend}</p>}
      {report.changes && <Changes changes={report.changes} />}
      {report.counts.length > 0 && <Kinds report={report} again={again} />}
      {report.findings.length > 0 && <Rows rows={report.findings} leftOut={report.findings_left_out} />}
    </section>
  );
}

function Changes({ changes }: { changes: NonNullable<PlanReport["changes"]> }) {
  const p = importWords.value;
  const gap = lang.value === "zh" ? "、" : ", ";
  return (
    <div class="meta">
      <p>{p.changes(changes.units, whole(changes.households))}</p>
      {changes.grids_gone.length > 0 && <p>{p.gone(changes.grids_gone.join(gap))}</p>}
      {changes.grids_new.length > 0 && <p>{p.fresh(changes.grids_new.join(gap))}</p>}
    </div>
  );
}

function Kinds({ report, again }: { report: PlanReport; again: Again }) {
  const p = importWords.value;
  return (
    <table class="figures">
      <thead><tr><th scope="col">{p.kinds}</th><th scope="col">{p.count}</th></tr></thead>
      <tbody>
        {report.counts.map((kind) => (
          <tr key={kind.finding} data-finding={kind.finding}>
            <th scope="row">
              <span class={kind.blocks ? "kind bad" : "kind"}>{kind.blocks ? p.blocks : p.note}</span> {kind.text}
              {kind.finding === "similar" && <> <button type="button" class="link" onClick={() => again({ accept_suggestions: true })}>{p.takeAlike}</button></>}
              {kind.finding === "other input" && !report.ok && <> <button type="button" class="link" onClick={() => again({ carry_over: true })}>{p.takeByGround}</button></>}
            </th>
            <td>{whole(kind.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The rows of a report, in a box that scrolls by itself and by keyboard. */
export function Rows({ rows, leftOut }: { rows: { row: number | null; text: string }[]; leftOut: number }) {
  const p = importWords.value;
  return (
    <div class="rows-box" tabIndex={0} role="region" aria-label={p.rows}>
      <table class="figures">
        <thead><tr><th scope="col">{p.finding}</th><th scope="col">{p.row}</th></tr></thead>
        <tbody>
          {rows.map((row, at) => <tr key={at}><th scope="row">{row.text}</th><td>{row.row ?? "–"}</td></tr>)}
        </tbody>
      </table>
      {leftOut > 0 && <p class="meta">{p.leftOut(leftOut)}</p>}
    </div>
  );
}
