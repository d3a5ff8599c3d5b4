/** A refusal in words: what, why, what next, and one button. */

import { Problem } from "../api.ts";
import { words } from "../settings.ts";
import { CaseShape } from "./shapes.tsx";

interface Props { what: string; error: unknown; onRetry?: () => void }

export function Fault({ what, error, onRetry }: Props) {
  const w = words.value;
  const details = error instanceof Problem ? error.details : null;
  const status = details?.status ?? 0;
  const why = !details ? String(error) : status === 0 ? null : (details.detail ?? details.title);
  const next = status === 0 ? w.unreachable : status === 412 ? w.changedMeanwhile : w.nextFor(status);
  // A refusal of the whole says the same twice: once is enough.
  const fields = (details?.errors ?? []).filter((e) => e.message !== why && `${e.field}: ${e.message}` !== why && `${e.field}：${e.message}` !== why);
  return (
    <div class="fault" role="alert">
      <CaseShape light="over" size={18} />
      <div>
        <strong>{what}</strong>
        {why && status !== 412 && <p>{why}</p>}
        {fields.length > 0 && (
          <ul>
            {fields.map((e) => <li key={e.field + e.message}>{e.field ? `${e.field}: ` : ""}{e.message}</li>)}
          </ul>
        )}
        <p>{next}</p>
      </div>
      {onRetry && <button type="button" class="button" onClick={onRetry}>{w.tryAgain}</button>}
    </div>
  );
}
