/** Cases that are the same thing, or may be: what was merged here, what this one was merged into, what is alike. */

import type { Alike, CaseDetail } from "../contract.ts";
import { age } from "../format.ts";
import { lang, words } from "../settings.ts";
import { now, select } from "../state.ts";

export function Linked({ detail, onMerge }: { detail: CaseDetail; onMerge?: (other: Alike) => void }) {
  const d = words.value.desk;
  const merged = detail.duplicates ?? [];
  const alike = (detail.alike ?? []).filter((one) => !merged.includes(one.case));
  if (!detail.follows && !merged.length && !alike.length) return null;
  return (
    <section class="linked" aria-labelledby="linked">
      <h3 id="linked">{detail.follows || merged.length ? d.linked : d.maybeSame}</h3>
      {detail.follows && <p><CaseLink id={detail.follows.case} text={d.followsIt(detail.follows.case)} /></p>}
      {merged.length > 0 && (
        <p>{d.mergedHere(merged.length)}: {merged.map((id) => <CaseLink key={id} id={id} text={id} />)}</p>
      )}
      {alike.length > 0 && (
        <ul class="alike">
          {alike.map((one) => (
            <li key={one.case}>
              <AlikeWords one={one} />
              {onMerge && <button type="button" class="button" onClick={() => onMerge(one)}>{d.mergeInto}</button>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function CaseLink({ id, text }: { id: string; text: string }) {
  return <button type="button" class="link" onClick={() => select("case", id)}>{text}</button>;
}

/** One case that is alike: its number, what was said, and how far it is off in metres, time and words. */
export function AlikeWords({ one }: { one: Alike }) {
  return (
    <span class="main">
      <span><CaseLink id={one.case} text={one.case} /> <span class="meta">{words.value.stage[one.stage] ?? one.stage}</span></span>
      <span>{one.description || <span class="meta">{words.value.desk.noWords}</span>}</span>
      <span class="meta">{alikeWords(one)}</span>
    </span>
  );
}

export function alikeWords(one: Alike): string {
  const d = words.value.desk;
  const ago = d.ago(age(Math.max(0, (now.value - Date.parse(one.reported_at)) / 1000), lang.value));
  const same = one.likeness === null ? null : d.likeness(`${Math.round(one.likeness * 100)}${lang.value === "zh" ? "" : "\u2009"}%`);
  return [d.metres(Math.round(one.metres)), ago, same].filter(Boolean).join(" · ");
}
