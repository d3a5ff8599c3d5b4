/** A roster file is taken in: what it would do is shown first, and the rows that can't be used. */

import { whole } from "../../format.ts";
import { importWords } from "../../plans/spoken.ts";
import type { RosterReport } from "../../plans/importContract.ts";
import { FileDialog, Verdict } from "../../plans/ui/FileDialog.tsx";
import { Rows } from "../../plans/ui/ImportPlan.tsx";
import { CaseShape } from "../../ui/shapes.tsx";
import { rostersApi } from "../api.ts";
import { turn } from "../state.ts";

export function ImportRoster({ onClose }: { onClose: () => void }) {
  const p = importWords.value;
  const words = p.roster;
  return (
    <FileDialog<RosterReport>
      title={words.title} hint={words.hint} accept=".csv,.xlsx,.gpkg" confirm={words.confirm} refused={p.what.take}
      reading="" onClose={onClose} check={(file, signal) => rostersApi.check(file, signal)}
      write={async (file, report, key) => {
        await rostersApi.take(file, report.checked, key);
        turn.value += 1;
      }}
      show={(report) => (
        <section class="report" aria-live="polite">
          <Verdict ok={report.ok} checked={report.checked}>
            {report.ok ? <CaseShape light="ok" size={14} /> : <CaseShape light="over" size={16} />}
            {report.ok ? words.fits(whole(report.rows)) : words.fitsNot(whole(report.findings.length + report.findings_left_out), whole(report.rows))}
          </Verdict>
          <p class="meta">{report.ok ? words.does(report.added, report.changed, report.known) : words.mend}</p>
          {report.findings.length > 0 && <Rows rows={report.findings} leftOut={report.findings_left_out} />}
        </section>
      )}
    />
  );
}
