/** Photos of a case: thumbnails with before and after, a viewer, and adding some. */

import { useState } from "preact/hooks";
import { api } from "../api.ts";
import type { Case, Photo } from "../contract.ts";
import { moment } from "../format.ts";
import { lang, words } from "../settings.ts";
import { now } from "../state.ts";
import { useAsked } from "./asked.ts";
import { PhotoUpload } from "./PhotoUpload.tsx";
import { PhotoViewer } from "./PhotoViewer.tsx";

/** Whoever sees photos may add some. */
export function Photos({ case_ }: { case_: Case }) {
  const d = words.value.desk;
  const asked = useAsked((signal) => api.photos(case_.case, signal), [case_.case, case_.version]);
  const [open, setOpen] = useState<number | null>(null);
  const list = asked.value?.photos ?? [];
  return (
    <section class="photos" aria-labelledby="photos">
      <h3 id="photos">{d.photos}{list.length > 0 && <span class="count">{list.length}</span>}</h3>
      {list.length > 0 && (
        <ul>
          {list.map((photo, i) => (
            <li key={photo.photo}>
              <button type="button" class="thumb" aria-label={photoWords(photo)} onClick={() => setOpen(i)}>
                <img src={photo.href} alt="" loading="lazy" width={photo.width} height={photo.height} />
                {photo.kind !== "other" && <span class={`tag ${photo.kind}`}>{d.photoKind[photo.kind]}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <PhotoUpload case_={case_} onAdded={asked.again} />
      {open !== null && list[open] && <PhotoViewer list={list} at={open} onMove={setOpen} onClose={() => setOpen(null)} />}
    </section>
  );
}

export function photoWords(photo: Photo): string {
  const d = words.value.desk;
  return d.photoOf(d.photoKind[photo.kind], moment(Date.parse(photo.at), now.value, lang.value));
}
