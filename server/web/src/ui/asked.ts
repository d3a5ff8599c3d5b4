/** One request of a component: asked again when `keys` change, its late answers dropped. */

import { useCallback, useEffect, useState } from "preact/hooks";

export interface Asked<T> {
  value: T | null;
  error: unknown;
  again: () => void;
  put: (value: T) => void;
}

/** The answer to `ask`; the last good one stays while a newer is awaited. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[]): Asked<T> {
  const [value, put] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (answer) => {
        if (stop.signal.aborted) return;
        put(answer);
        setError(null);
      },
      (reason: unknown) => {
        if (!stop.signal.aborted) setError(reason);
      },
    );
    return () => stop.abort();
  }, [...keys, turn]);
  const again = useCallback(() => setTurn((t) => t + 1), []);
  return { value, error, again, put };
}
