/** Starts the page of plans. */

import "../style/tokens.css";
import "../style/base.css";
import "../style/frame.css";
import "../style/map.css";
import "../style/lists.css";
import "../style/sheet.css";
import "../style/plans.css";
import "../style/files.css";

import { effect } from "@preact/signals";
import { render } from "preact";
import { dressDocument, named } from "../settings.ts";
import { board } from "../state.ts";
import { PlansApp } from "./ui/PlansApp.tsx";
import { planWords } from "./spoken.ts";

dressDocument();
effect(() => {
  document.title = board.value ? planWords.value.titleOf(named(board.value.jurisdiction)) : "gridgeo";
});

const page = document.getElementById("page");
if (page) render(<PlansApp />, page);
