/** Starts the page: settings into the document, the clock, the stream, the board. */

import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/map.css";
import "./style/lists.css";
import "./style/sheet.css";
import "./style/desk.css";

import { effect } from "@preact/signals";
import { render } from "preact";
import { api } from "./api.ts";
import { startClock, watchNetwork } from "./feed.ts";
import { listenToKeys } from "./keys.ts";
import { drawnRoutes } from "./map/view.ts";
import { dressDocument, inAddress, named, setAddress, shown, words } from "./settings.ts";
import { board, KINDS, select, selection } from "./state.ts";
import { App } from "./ui/App.tsx";

dressDocument();
startClock();
watchNetwork();
listenToKeys();

for (const kind of KINDS) {
  const id = inAddress(kind);
  if (id) select(kind, id);
}
effect(() => {
  const chosen = selection.value;
  for (const kind of KINDS) setAddress(kind, chosen?.kind === kind ? chosen.id : null);
});
effect(() => {
  document.title = board.value ? words.value.boardOf(named(board.value.jurisdiction)) : "gridgeo";
});
effect(() => {
  if (!shown.value.routes) {
    drawnRoutes.value = [];
    return;
  }
  api.routeFeatures().then(
    (features) => { drawnRoutes.value = shown.value.routes ? features.filter((f) => f.properties.kind === "patrol") : []; },
    () => { shown.value = { ...shown.value, routes: false }; },
  );
});

const page = document.getElementById("page");
if (page) render(<App />, page);
