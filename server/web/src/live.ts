/**
 * The live stream: server-sent events read from a fetch, so that three things are seen that EventSource hides:
 * the pings (a silent line is a lost line), the status of a refusal, and the id to resume from after either.
 */

export interface StreamEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Cuts a growing text into server-sent events (WHATWG HTML §9.2.6); comments count as nothing but a sign of life. */
export class EventParser {
  #rest = "";
  #id: string | null = null;
  #event = "";
  #data: string[] = [];
  /** In how many milliseconds the server gives a sign of life at least, once it has said so. */
  pingMs: number | null = null;

  feed(chunk: string): StreamEvent[] {
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: StreamEvent[] = [];
    for (const line of lines) {
      if (line === "") this.#dispatch(events);
      else if (!line.startsWith(":")) this.#field(line);
    }
    return events;
  }

  #dispatch(events: StreamEvent[]): void {
    // An empty id without data is told too: what was last seen is to be forgotten.
    if (this.#data.length || this.#id === "") events.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
    this.#event = "";
    this.#data = [];
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "ping" && /^[0-9]+$/.test(value)) this.pingMs = Number(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }
}

export interface LiveHandlers {
  /** One event of the stream, already parsed. */
  onEvent(event: string, data: unknown): void;
  /** The line carries data or pings. */
  onAlive(): void;
  /** The line is gone; it is tried again by itself after so many milliseconds. */
  onLost(waitMs: number): void;
  /** It is being tried. */
  onTry(): void;
}

/** How long the server may take to greet. */
const GREETING_MS = 15_000;

/** Two signs of life that don't come mean that the line is dead though nobody closed it. */
function patience(pingMs: number | null): number {
  return pingMs === null ? GREETING_MS : 2 * pingMs + 1000;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

/** Follow `path` until `stop` aborts: resumes from the last id, waits longer after each failure. */
export async function follow(path: string, handlers: LiveHandlers, stop: AbortSignal): Promise<void> {
  let last: string | null = null;
  let wait = FIRST_RETRY_MS;
  while (!stop.aborted) {
    handlers.onTry();
    try {
      await once(path, last, stop, (event) => {
        wait = FIRST_RETRY_MS;
        if (event.id !== null) last = event.id || null;
        if (event.data) handlers.onEvent(event.event, JSON.parse(event.data));
      }, handlers.onAlive);
      // The server ends each stream after its maximum life: go straight on.
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof SyntaxError) last = null;
    }
    if (stop.aborted) return;
    const pauseMs = wait * (0.75 + Math.random() / 2);
    handlers.onLost(pauseMs);
    await pause(pauseMs, stop);
    wait = Math.min(wait * 2, LAST_RETRY_MS);
  }
}

async function once(
  path: string, last: string | null, stop: AbortSignal, onEvent: (event: StreamEvent) => void, onAlive: () => void,
): Promise<void> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), patience(null));
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (last !== null) headers["Last-Event-ID"] = last;
    const answer = await fetch(path, { headers, cache: "no-store", signal: AbortSignal.any([stop, silent.signal]) });
    if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = parser.feed(value);
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), patience(parser.pingMs));
      onAlive();
      for (const event of events) onEvent(event);
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
