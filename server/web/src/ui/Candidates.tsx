/** Who can take a case: nearest by road first, with what speaks for and against each. */

import { useState } from "preact/hooks";
import { api, newKey } from "../api.ts";
import { signalOf } from "../clock.ts";
import type { Candidate, Case, CaseDetail } from "../contract.ts";
import { age, distance, walk } from "../format.ts";
import { lang, named, words } from "../settings.ts";
import { now, responders, snapshots } from "../state.ts";
import { useAsked } from "./asked.ts";
import { Fault } from "./Fault.tsx";
import { initialsOf } from "./Marks.tsx";
import { OfficerDisc } from "./shapes.tsx";

interface Props { case_: Case; onDone: (changed: CaseDetail) => void; onFail: (error: unknown) => void }

const FIRST = 3;
/** Officers walk: the comparison is made afresh every half minute. */
const FRESH_MS = 30_000;

export function Candidates({ case_, onDone, onFail }: Props) {
  const w = words.value;
  const turn = Math.floor(now.value / FRESH_MS);
  const asked = useAsked((signal) => api.candidates(case_.case, signal), [case_.case, case_.version, snapshots.value, turn]);
  const [all, setAll] = useState(false);
  const [busy, setBusy] = useState(false);
  const assign = async (candidate: Candidate) => {
    setBusy(true);
    try {
      onDone(await api.act(case_, "dispatch", { responder: candidate.responder }, newKey()));
    } catch (error) {
      onFail(error);
    } finally {
      setBusy(false);
    }
  };
  const found = asked.value;
  const able = (found?.candidates ?? []).filter((c) => c.responder !== case_.responder);
  return (
    <section class="candidates" aria-labelledby="who">
      <h3 id="who">{w.who}{found && <span class="aside">{w.whoBy(found.candidates.length)}</span>}</h3>
      {asked.error !== null && !found && <Fault what={w.what.candidates} error={asked.error} onRetry={asked.again} />}
      {!found && asked.error === null && <div class="blocks"><i /><i /></div>}
      {found && found.candidates.length === 0 && <p class="empty">{w.noCandidates}</p>}
      <ul>
        {able.slice(0, all ? undefined : FIRST).map((candidate, i) => (
          <Row key={candidate.responder} candidate={candidate} first={i === 0 && case_.responder === null} busy={busy} onAssign={assign} />
        ))}
      </ul>
      {found && (able.length > FIRST || found.not_offered.length > 0) && (
        <p class="more">
          {found.not_offered.length > 0 && w.notOffered(found.not_offered.length)}{" "}
          {!all && (
            <button type="button" class="link" onClick={() => setAll(true)}>
              {able.length > FIRST ? w.showOthers(able.length - FIRST) : w.showWhy}
            </button>
          )}
        </p>
      )}
      {all && found && (
        <ul class="why-not">{found.not_offered.map((o) => <li key={o.responder}>{named(o)} · {w.reason(o.code, o.reason)}</li>)}</ul>
      )}
    </section>
  );
}

interface RowProps { candidate: Candidate; first: boolean; busy: boolean; onAssign: (candidate: Candidate) => void }

function Row({ candidate, first, busy, onAssign }: RowProps) {
  const w = words.value;
  const officer = responders.value.get(candidate.responder);
  const fix = candidate.fix_age_s === null ? w.noFix : w.fixOld(age(candidate.fix_age_s, lang.value));
  const state = officer?.status === "busy" ? w.signal.busy.toLowerCase() : null;
  return (
    <li>
      {officer && (
        <OfficerDisc initials={initialsOf(officer)} signal={signalOf(officer, now.value)} busy={officer.status === "busy"} heading={null} size={24} />
      )}
      <span class="main">
        <span><strong>{named(candidate)}</strong> <span class="meta">{[state, fix].filter(Boolean).join(", ")}</span></span>
        <span class="meta">{[candidate.own_grid ? w.ownGrid : null, w.openCases(candidate.open_cases)].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="far"><strong>{walk(candidate.road_s, lang.value)}</strong><span class="meta">{distance(candidate.road_m)}</span></span>
      <button type="button" class={`button${first ? " primary" : ""}`} disabled={busy} aria-label={w.assignTo(named(candidate))}
        onClick={() => onAssign(candidate)}>{w.assign}</button>
    </li>
  );
}
