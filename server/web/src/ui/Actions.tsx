/** What may be done with a case, as the server says: one button leads on, the others ask first. */

import { useState } from "preact/hooks";
import type { Possible } from "../contract.ts";
import { named, words } from "../settings.ts";

/** What leads a case on, in the order of its life, and is done at once; everything else asks first, also what later servers add. */
const LEADS = ["accept", "acknowledge", "verify", "file", "start", "handle", "check", "close", "unshelve"];
/** Done at the list of who can take it, not here. */
const ELSEWHERE = "dispatch";
const SHOWN = 3;

interface Props {
  possible: Possible[];
  busy: boolean;
  /** Whether the first of them is the one to press; not where somebody is to be sent. */
  primary: boolean;
  onRun: (action: string) => void;
  onAsk: (action: Possible) => void;
}

export function Actions({ possible, busy, primary, onRun, onAsk }: Props) {
  const d = words.value.desk;
  const [all, setAll] = useState(false);
  const leads = LEADS.flatMap((name) => possible.filter((one) => one.action === name && !one.note_needed));
  const aside = possible.filter((one) => one.action !== ELSEWHERE && !leads.includes(one));
  const rows = [...leads, ...aside];
  const shown = all || rows.length <= SHOWN + 1 ? rows : rows.slice(0, SHOWN);
  const run = (one: Possible) => (leads.includes(one) ? onRun(one.action) : onAsk(one));
  return (
    <div class="actions">
      {shown.map((one) => (
        <button key={one.action} type="button" class={`button${primary && one === leads[0] ? " primary" : ""}`} disabled={busy}
          title={d.hint[one.action]} data-action={one.action} onClick={() => run(one)}>{actionName(one)}</button>
      ))}
      {rows.length > SHOWN + 1 && (
        <button type="button" class="plain" aria-expanded={all} onClick={() => setAll(!all)}>{all ? d.less : d.more}</button>
      )}
    </div>
  );
}

/** The server's word for an action, unless it would be mistaken here. */
export function actionName(one: Possible): string {
  return words.value.desk.named[one.action] ?? named(one);
}
