/** Who can take a case, in the order of the rules, with what speaks for and against each; another choice says why. */

import { useState } from "preact/hooks";
import { api, Problem } from "../api.ts";
import { signalOf } from "../clock.ts";
import type { Candidate, Candidates as Found, Case, Wish } from "../contract.ts";
import { age, distance, walk } from "../format.ts";
import { lang, named, words } from "../settings.ts";
import { now, responders, snapshots } from "../state.ts";
import { Field } from "./ActionForm.tsx";
import { useAsked } from "./asked.ts";
import { Fault } from "./Fault.tsx";
import { initialsOf } from "./Marks.tsx";
import { OfficerDisc } from "./shapes.tsx";
import type { Refusal } from "./useCase.ts";

interface Props { case_: Case; busy: boolean; refusal: Refusal | null; onSend: (wish: Wish, version: number) => Promise<boolean> }

const FIRST = 3;
/** Officers walk: the comparison is made afresh every half minute. */
const FRESH_MS = 30_000;

/** Whom somebody is about to choose before the first, and the case's version then. */
interface Choice { who: Candidate; version: number }

export function Candidates({ case_, busy, refusal, onSend }: Props) {
  const w = words.value;
  const turn = Math.floor(now.value / FRESH_MS);
  const asked = useAsked((signal) => api.candidates(case_.case, signal), [case_.case, case_.version, snapshots.value, turn]);
  const [all, setAll] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);
  const send = async (who: Candidate, version: number, note?: string) => {
    if (await onSend({ action: "dispatch", responder: who.responder, ...(note ? { note } : {}) }, version)) setChoice(null);
  };
  const found = asked.value;
  const ranked = (found?.candidates ?? []).map((one, i) => ({ ...one, rank: one.rank ?? i + 1 }));
  const able = ranked.filter((one) => one.responder !== case_.responder);
  return (
    <section class="candidates" aria-labelledby="who">
      <h3 id="who">{w.who}{found && <span class="aside">{w.whoBy(found.candidates.length)}</span>}</h3>
      {asked.error !== null && !found && <Fault what={w.what.candidates} error={asked.error} onRetry={asked.again} />}
      {!found && asked.error === null && <div class="blocks"><i /><i /></div>}
      {found && found.candidates.length === 0 && <p class="empty">{w.noCandidates}</p>}
      <ul>
        {able.slice(0, all ? undefined : FIRST).map((one) => (
          <li key={one.responder} data-responder={one.responder}>
            <Row candidate={one} busy={busy} primary={one === able[0] && case_.responder === null}
              onAssign={() => (one.rank === 1 ? void send(one, case_.version) : setChoice({ who: one, version: case_.version }))} />
            {choice?.who.responder === one.responder && (
              <Why who={one} busy={busy} error={refusal?.error ?? null} onStop={() => setChoice(null)}
                onSend={(note) => void send(choice.who, choice.version, note)} />
            )}
          </li>
        ))}
      </ul>
      {!all && able.length > FIRST && (
        <p class="more"><button type="button" class="link" onClick={() => setAll(true)}>{w.showOthers(able.length - FIRST)}</button></p>
      )}
      {found && found.not_offered.length > 0 && <NotOffered list={found.not_offered} />}
    </section>
  );
}

interface RowProps { candidate: Candidate & { rank: number }; primary: boolean; busy: boolean; onAssign: () => void }

function Row({ candidate, primary, busy, onAssign }: RowProps) {
  const w = words.value;
  const officer = responders.value.get(candidate.responder);
  const fix = candidate.fix_age_s === null ? w.noFix : w.fixOld(age(candidate.fix_age_s, lang.value));
  const state = officer?.status === "busy" ? w.signal.busy.toLowerCase() : null;
  const skills = candidate.skills?.length ? w.desk.skills(candidate.skills.join(", ")) : null;
  const told = lang.value === "zh" ? candidate.explanation_zh : candidate.explanation;
  return (
    <div class="candidate" title={told}>
      <span class="rank" aria-label={w.desk.rank(candidate.rank)}>{candidate.rank}</span>
      {officer && (
        <OfficerDisc initials={initialsOf(officer)} signal={signalOf(officer, now.value)} busy={officer.status === "busy"} heading={null} size={24} />
      )}
      <span class="main">
        <span><strong>{named(candidate)}</strong> <span class="meta">{[state, fix].filter(Boolean).join(", ")}</span></span>
        <span class="meta">{[skills, candidate.own_grid ? w.ownGrid : null, w.openCases(candidate.open_cases)].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="far"><strong>{walk(candidate.road_s, lang.value)}</strong><span class="meta">{distance(candidate.road_m)}</span></span>
      <button type="button" class={`button${primary ? " primary" : ""}`} disabled={busy} aria-label={w.assignTo(named(candidate))}
        onClick={onAssign}>{w.assign}</button>
    </div>
  );
}

interface WhyProps { who: Candidate; busy: boolean; error: unknown; onSend: (note: string) => void; onStop: () => void }

/** Not the first choice: the reason stays in the timeline. */
function Why({ who, busy, error, onSend, onStop }: WhyProps) {
  const w = words.value;
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const refused = error instanceof Problem ? error.details.errors?.find((one) => one.field === "note")?.message : undefined;
  const send = (event: Event) => {
    event.preventDefault();
    setMissing(!note.trim());
    if (note.trim()) onSend(note.trim());
  };
  return (
    <form class="override" onSubmit={send}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); onStop(); } }}>
      <Field name="note" label={w.desk.why(named(who))} fault={missing ? w.desk.giveReason : refused}>
        <textarea rows={2} maxLength={2000} autofocus value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </Field>
      <div class="actions">
        <button type="submit" class="button primary" disabled={busy}>{w.desk.sendAnyway}</button>
        <button type="button" class="button" onClick={onStop}>{w.cancel}</button>
      </div>
    </form>
  );
}

/** Who can't be sent: how many for which reason, each by name when it is unfolded. */
function NotOffered({ list }: { list: Found["not_offered"] }) {
  const w = words.value;
  const counts = new Map<string, number>();
  for (const one of list) counts.set(one.code, (counts.get(one.code) ?? 0) + 1);
  const sum = [...counts].map(([code, n]) => `${n} ${w.desk.reasonShort[code] ?? code}`).join(lang.value === "zh" ? "，" : ", ");
  return (
    <details class="why-not">
      <summary>{w.desk.notOffered(list.length)}: {sum}</summary>
      <ul>
        {list.map((one) => (
          <li key={one.responder}><strong>{named(one)}</strong> {lang.value === "zh" ? (one.reason_zh ?? w.reason(one.code, one.reason)) : one.reason}</li>
        ))}
      </ul>
    </details>
  );
}
