/** Starts the page of rosters. */

import "../style/tokens.css";
import "../style/base.css";
import "../style/frame.css";
import "../style/lists.css";
import "../style/sheet.css";
import "../style/plans.css";
import "../style/files.css";
import "../style/rosters.css";

import { effect } from "@preact/signals";
import { render } from "preact";
import { dressDocument, named } from "../settings.ts";
import { board } from "../state.ts";
import { rosterWords } from "./state.ts";
import { RostersApp } from "./ui/RostersApp.tsx";

dressDocument();
effect(() => {
  document.title = board.value ? rosterWords.value.titleOf(named(board.value.jurisdiction)) : "gridgeo";
});

const page = document.getElementById("page");
if (page) render(<RostersApp />, page);
