/** The line is lost: since when, how old what is seen is, when it is tried again. Goes by itself when the line is back. */

import { reconnect } from "../feed.ts";
import { age, time } from "../format.ts";
import { lang, words } from "../settings.ts";
import { lastAlive, now, retryAt } from "../state.ts";
import { CaseShape } from "./shapes.tsx";

export function Lost() {
  const w = words.value;
  const last = lastAlive.value;
  const old = last === null ? null : Math.max(0, (now.value - last) / 1000);
  const wait = retryAt.value === null ? null : Math.ceil((retryAt.value - now.value) / 1000);
  return (
    <div class="banner">
      <CaseShape light="soon" size={16} />
      {/* Told once; the seconds beside it are for the eye. */}
      <span>
        <strong role="alert">{w.lostBanner(last === null ? "–" : time(last, true))}</strong>{" "}
        {old !== null && <span class="old-by">{w.desk.old(age(old, lang.value))}</span>}{" "}
        <span class="next-try">{wait === null || wait < 1 ? w.desk.trying : w.desk.nextTry(age(wait, lang.value))}</span>
      </span>
      <button type="button" class="button" onClick={reconnect}>{w.retryNow}</button>
    </div>
  );
}
