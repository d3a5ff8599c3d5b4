/** Where a map is drawn: once the board is known, and taken down with the pane. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { board } from "../state.ts";

/** The element to draw into, and whether `open` failed, as it does without WebGL. */
export function useMap(open: (container: HTMLElement) => () => void): [RefObject<HTMLDivElement | null>, boolean] {
  const holder = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const ready = board.value !== null;
  useEffect(() => {
    if (!ready || !holder.current) return undefined;
    try {
      return open(holder.current);
    } catch {
      setFailed(true);
      return undefined;
    }
  }, [ready]);
  return [holder, failed];
}
