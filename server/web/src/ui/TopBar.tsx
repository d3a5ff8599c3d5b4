/** Brand, page, and the state of the line: live or lost, server time, language, colours. */

import { date, span, time } from "../format.ts";
import { chooseLang, chooseTheme, lang, named, theme, wall, words } from "../settings.ts";
import { board, connection, now, skew } from "../state.ts";
import { AccountChip } from "./Account.tsx";
import { helpOpen } from "./dialogs.ts";
import { Icon, Mark } from "./icons.tsx";

const SKEW_SHOWN_MS = 30_000;

export function TopBar() {
  const w = words.value;
  return (
    <header class="top">
      <a class="skip" href="#lists">{w.skipToLists}</a>
      <span class="brand"><Mark />{wall && board.value ? named(board.value.jurisdiction) : "gridgeo"}</span>
      {wall ? <h1 class="wall-title">{w.board}</h1> : <Tabs />}
      <span class="push" />
      {board.value?.simulated && <span class="chip-flat" title={w.simulatedWhy}>{w.simulated}</span>}
      <Line />
      <Clock />
      {!wall && (
        <button type="button" class="plain" lang={w.otherLang} onClick={() => chooseLang(lang.value === "zh" ? "en" : "zh")}>
          {w.other}
        </button>
      )}
      {!wall && (
        <button
          type="button" class="plain icon-only" title={theme.value === "dark" ? w.toLight : w.toDark}
          aria-label={theme.value === "dark" ? w.toLight : w.toDark}
          onClick={() => chooseTheme(theme.value === "dark" ? "light" : "dark")}
        >
          <Icon name={theme.value === "dark" ? "sun" : "moon"} />
        </button>
      )}
      {!wall && (
        <button type="button" class="plain icon-only" title={`${w.help} (?)`} aria-label={w.help}
          onClick={() => { helpOpen.value = true; }}>
          <Icon name="help" />
        </button>
      )}
      {!wall && <AccountChip />}
    </header>
  );
}

function Tabs() {
  const w = words.value;
  return (
    <>
      <nav class="tabs" aria-label="gridgeo"><a href="/" aria-current="page">{w.board}</a><a href="/plans">{w.plans}</a><a href="/rosters">{w.rosters}</a><a href="/rounds">{w.rounds}</a></nav>
      {board.value && <h1 class="place">{named(board.value.jurisdiction)}</h1>}
    </>
  );
}

function Line() {
  const w = words.value;
  const state = connection.value;
  const text = state === "live" ? w.live : state === "lost" ? w.lost : w.connecting;
  return <span class={`line ${state}`} role="status"><i class="dot" />{text}</span>;
}

function Clock() {
  const w = words.value;
  const off = Math.abs(skew.value) > SKEW_SHOWN_MS ? w.skew(span(skew.value / 1000, lang.value)) : undefined;
  const day = date(now.value, lang.value, new Date().getFullYear());
  return (
    <span class="clock" title={off}>
      <span class="day">{day}</span> <time>{time(now.value, true)}</time>
      {off && <span class="warn" aria-label={off}>±</span>}
    </span>
  );
}
