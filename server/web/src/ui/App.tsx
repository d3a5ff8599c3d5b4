/** The live board. */

import { useEffect, useState } from "preact/hooks";
import { loadBoard, reconnect } from "../feed.ts";
import { turns, whoAmI } from "../session.ts";
import { wall, words } from "../settings.ts";
import { board, forget } from "../state.ts";
import { Fault } from "./Fault.tsx";
import { Help } from "./Help.tsx";
import { Lists } from "./Lists.tsx";
import { MapPane } from "./MapPane.tsx";
import { Sheet } from "./Sheet.tsx";
import { Strip } from "./Strip.tsx";
import { TopBar } from "./TopBar.tsx";

export function App() {
  const w = words.value;
  const [fault, setFault] = useState<unknown>(null);
  /** Who looks decides what is told: it is asked first, and again with everybody who comes or goes; the next begins without what the one before was told. */
  const begin = async () => {
    forget();
    await whoAmI();
    load();
    reconnect();
  };
  const load = () => {
    setFault(null);
    loadBoard().catch(setFault);
  };
  useEffect(() => {
    void begin();
  }, [turns.value]);
  return (
    <div class={`board${wall ? " wall" : ""}`}>
      <TopBar />
      <Strip />
      {board.value === null && fault !== null && <Fault what={w.what.board} error={fault} onRetry={load} />}
      <MapPane />
      <Lists />
      <Sheet key={turns.value} />
      <Help />
    </div>
  );
}
