/** One case: its clocks, its photos, its timeline as it grows, who can take it, and what may be done next. */

import { useEffect, useState } from "preact/hooks";
import { waits } from "../clock.ts";
import type { Alike, Case, CaseDetail, Possible, Wish } from "../contract.ts";
import { distance } from "../format.ts";
import { way } from "../map/view.ts";
import { may, worksHere } from "../session.ts";
import { addressOf, named, sees, words } from "../settings.ts";
import { ActionForm } from "./ActionForm.tsx";
import { Actions } from "./Actions.tsx";
import { Candidates } from "./Candidates.tsx";
import { ClockStrip, StepClocks } from "./Clocks.tsx";
import { Fault } from "./Fault.tsx";
import { Faster } from "./Faster.tsx";
import { Linked } from "./Linked.tsx";
import { Photos } from "./Photos.tsx";
import { SheetFrame } from "./Sheet.tsx";
import { Timeline } from "./Timeline.tsx";
import { useCase } from "./useCase.ts";

/** A choice that asks first, and the version at whose sight it was made. */
interface Asking { action: Possible; version: number; into?: string }

export function CaseSheet({ id }: { id: string }) {
  const w = words.value;
  const hand = useCase(id);
  const [asking, setAsking] = useState<Asking | null>(null);
  const { known, detail } = hand;
  useRouteOf(detail.value, known);
  if (!known) {
    return (
      <SheetFrame over={w.case(id)} title={detail.error ? id : w.loading}>
        {detail.error ? <Fault what={w.what.case} error={detail.error} onRetry={detail.again} /> : <div class="blocks"><i /><i /><i /></div>}
      </SheetFrame>
    );
  }
  const possible = possibleNow(detail.value, known);
  const can = (name: string) => possible.find((one) => one.action === name);
  const begin = (action: Possible, into?: string) => {
    hand.forgive();
    setAsking({ action, version: known.version, ...(into ? { into } : {}) });
  };
  const run = async (wish: Wish, version: number) => {
    if (await hand.act(wish, version)) setAsking(null);
  };
  const address = addressOf(known);
  const clocks = detail.value?.clocks ?? known.clocks ?? [];
  const merge = can("merge");
  const beaten = hand.refusal !== null && hand.refusal.faster.length > 0;
  const stop = () => { setAsking(null); hand.forgive(); };
  return (
    <SheetFrame
      over={<>{w.case(known.case)}{known.simulated && <span class="chip-flat">{w.simulated}</span>}</>}
      title={named(known)}
      meta={<>{address && <>{address} · </>}{w.Grid(known.grid)}{known.owner_name && <> · {w.owner(named({ name: known.owner_name, name_zh: known.owner_name_zh }))}</>}</>}
      footer={asking && !beaten
        ? <ActionForm key={asking.action.action} case_={known} asking={asking} alike={detail.value?.alike ?? []} busy={hand.busy}
            error={hand.refusal?.error ?? null} onRun={(wish) => void run(wish, asking.version)} onStop={stop} />
        : possible.length > 0 && <Actions possible={possible} busy={hand.busy} primary={!waits(known)} onAsk={begin}
            onRun={(action) => void run({ action }, known.version)} />}
    >
      <ClockStrip case_={known} limit={detail.value?.limit} supervise={can("supervise")} onAsk={begin} />
      {beaten && <Faster events={hand.refusal!.faster} onSeen={stop} />}
      {hand.refusal !== null && !beaten && !asking && <Fault what={w.what.act} error={hand.refusal.error} />}
      {clocks.length > 0 && <StepClocks clocks={clocks} paused={known.paused_at != null} />}
      {known.description && <p class="words">{known.description}</p>}
      {known.hidden && known.hidden.length > 0 && <p class="words note">{w.desk.hidden}</p>}
      {known.snapped_m != null && known.snapped_m > 0.5 && <p class="words note">{w.snapped(distance(known.snapped_m))}</p>}
      {detail.value && <Linked detail={detail.value} {...(merge ? { onMerge: (other: Alike) => begin(merge, other.case) } : {})} />}
      {sees(known, "description") && may("cases.photos") && <Photos case_={known} />}
      {detail.value ? <Timeline events={hand.events} />
        : detail.error ? <Fault what={w.what.case} error={detail.error} onRetry={detail.again} />
        : <div class="blocks"><i /><i /><i /></div>}
      {can("dispatch") && <Candidates case_={known} busy={hand.busy} refusal={hand.refusal} onSend={(wish, version) => hand.act(wish, version)} />}
    </SheetFrame>
  );
}

const NOTE: Possible = { action: "note", name_en: "Note", name_zh: "备注", note_needed: true };

/** What was read, less what the stream has since told is no longer possible; who works on it may always add a note. */
function possibleNow(detail: CaseDetail | null, known: Case): Possible[] {
  const read = detail?.possible ?? [];
  const now = known.actions as string[] | undefined;
  const left = now ? read.filter((one) => now.includes(one.action)) : read;
  return worksHere() && read.length > 0 && !left.some((one) => one.action === "note") ? [...left, NOTE] : left;
}

/** Draw the way of the officer who is going there, for as long as the sheet is open. */
function useRouteOf(detail: CaseDetail | null, known: Case | null): void {
  const going = known?.stage === "dispatched";
  useEffect(() => {
    way.value = going && detail?.route ? detail.route : null;
    return () => { way.value = null; };
  }, [detail, going]);
}
