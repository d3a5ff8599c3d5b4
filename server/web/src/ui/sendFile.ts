/** A file on its way, told how far it has gone: what `fetch` can't say. */

import { Problem } from "../api.ts";
import type { ProblemDetails } from "../contract.ts";
import { lang } from "../settings.ts";

/** Send `file` as the body under a key, so that it is added once however often it is tried. Throws the server's refusal. */
export function sendFile(path: string, file: Blob, key: string, onShare: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", lang.value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = (event) => { if (event.lengthComputable) onShare(event.loaded / event.total); };
    request.onerror = () => reject(new Problem({ title: "unreachable", status: 0 }));
    request.onload = () => (request.status < 300 ? resolve() : reject(new Problem(refusal(request))));
    request.send(file);
  });
}

function refusal(request: XMLHttpRequest): ProblemDetails {
  const plain = { title: request.statusText || `HTTP ${request.status}`, status: request.status };
  try {
    return { ...plain, ...(JSON.parse(request.responseText) as Partial<ProblemDetails>), status: request.status };
  } catch {
    return plain;
  }
}
