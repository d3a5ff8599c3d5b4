/** Starts the page of rounds. */

import "../style/tokens.css";
import "../style/base.css";
import "../style/frame.css";
import "../style/lists.css";
import "../style/map.css";
import "../style/sheet.css";
import "../style/plans.css";
import "../style/rounds.css";

import { effect } from "@preact/signals";
import { render } from "preact";
import { dressDocument, named } from "../settings.ts";
import { board } from "../state.ts";
import { roundsWords } from "./state.ts";
import { RoundsApp } from "./ui/RoundsApp.tsx";

dressDocument();
effect(() => {
  document.title = board.value ? roundsWords.value.titleOf(named(board.value.jurisdiction)) : "gridgeo";
});

const page = document.getElementById("page");
if (page) render(<RoundsApp />, page);
