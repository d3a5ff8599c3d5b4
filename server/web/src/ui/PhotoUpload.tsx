/** Adding photos: what they show, how far each has gone, and what was wrong with one. */

import { useState } from "preact/hooks";
import { newKey, Problem } from "../api.ts";
import type { Case, Photo } from "../contract.ts";
import { percent } from "../format.ts";
import { lang, words } from "../settings.ts";
import { Fault } from "./Fault.tsx";
import { Icon } from "./icons.tsx";
import { sendFile } from "./sendFile.ts";

/** After the officer has begun, a photo shows what came of it. */
const BEGUN = new Set(["handling", "handled", "checked", "closed"]);

interface Sending { name: string; share: number }
interface Failed { file: File; key: string; error: unknown }

export function PhotoUpload({ case_, onAdded }: { case_: Case; onAdded: () => void }) {
  const w = words.value;
  const [kind, setKind] = useState<Photo["kind"] | null>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const [failed, setFailed] = useState<Failed[]>([]);
  const shows = kind ?? (BEGUN.has(case_.stage) ? "after" : "before");
  const send = async (files: { file: File; key: string }[]) => {
    setFailed([]);
    for (const { file, key } of files) {
      setSending({ name: file.name, share: 0 });
      try {
        await sendFile(`/api/v1/cases/${encodeURIComponent(case_.case)}/photos?kind=${shows}`, file, key,
          (share) => setSending({ name: file.name, share }));
        onAdded();
      } catch (error) {
        setFailed((before) => [...before, { file, key, error }]);
      }
    }
    setSending(null);
  };
  const take = (input: HTMLInputElement) => {
    void send([...(input.files ?? [])].map((file) => ({ file, key: newKey() })));
    input.value = "";
  };
  return (
    <>
      {failed.map((one) => (
        <Fault key={one.key} what={w.desk.photoFailed(one.file.name)} error={friendly(one.error)} onRetry={() => void send([one])} />
      ))}
      {sending ? (
        <p class="uploading" role="status">
          <span>{w.desk.uploading(sending.name, percent(sending.share, lang.value))}</span>
          <span class="bar"><i style={{ width: `${sending.share * 100}%` }} /></span>
        </p>
      ) : (
        <div class="add-photo">
          <label class="button pick"><Icon name="camera" />{w.desk.addPhoto}
            <input type="file" accept="image/jpeg,image/png,image/webp" multiple onChange={(event) => take(event.currentTarget)} />
          </label>
          <fieldset class="segments"><legend class="sr">{w.desk.photoShows}</legend>
            {(["before", "after", "other"] as const).map((one) => (
              <label key={one} class={shows === one ? "on" : ""}>
                <input type="radio" name="photo-kind" checked={shows === one} onChange={() => setKind(one)} />{w.desk.photoKind[one]}
              </label>
            ))}
          </fieldset>
        </div>
      )}
    </>
  );
}

/** The server speaks of a body; here it is a photo. */
function friendly(error: unknown): unknown {
  if (!(error instanceof Problem) || error.details.status !== 413) return error;
  return new Problem({ ...error.details, detail: words.value.desk.photoTooLarge, errors: [] });
}
