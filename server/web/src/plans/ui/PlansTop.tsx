/** Brand, pages, who is signed in, language, colours. */

import { useState } from "preact/hooks";
import { chooseLang, chooseTheme, lang, named, theme, words } from "../../settings.ts";
import { board } from "../../state.ts";
import { Icon, Mark } from "../../ui/icons.tsx";
import { me, signOut } from "../session.ts";
import { roles } from "../state.ts";
import { planWords } from "../spoken.ts";
import { SignIn } from "./SignIn.tsx";

export function roleName(role: string | null): string {
  const known = roles.value.find((one) => one.role === role);
  return known ? (lang.value === "zh" ? known.name_zh : known.name_en) : (role ?? "");
}

interface Props { page?: "plans" | "rosters" | "rounds"; skip?: string }

export function PlansTop({ page = "plans", skip }: Props) {
  const [w, p] = [words.value, planWords.value];
  const [asking, setAsking] = useState(false);
  const dark = theme.value === "dark";
  return (
    <header class="top">
      <a class="skip" href="#panel">{skip ?? p.skip}</a>
      <span class="brand"><Mark />gridgeo</span>
      <nav class="tabs" aria-label="gridgeo">
        <a href="/">{w.board}</a>
        <a href="/plans" aria-current={page === "plans" ? "page" : undefined}>{p.title}</a>
        <a href="/rosters" aria-current={page === "rosters" ? "page" : undefined}>{p.officers}</a>
        <a href="/rounds" aria-current={page === "rounds" ? "page" : undefined}>{w.rounds}</a>
      </nav>
      {board.value && <h1 class="place">{named(board.value.jurisdiction)}</h1>}
      <span class="push" />
      {me.value ? (
        <>
          <span class="who">{p.signedIn(me.value.name, roleName(me.value.role))}</span>
          <button type="button" class="plain" onClick={signOut}>{p.signOut}</button>
        </>
      ) : (
        <button type="button" class="button" aria-haspopup="dialog" onClick={() => setAsking(true)}>{p.signIn}</button>
      )}
      <button type="button" class="plain" lang={w.otherLang} onClick={() => chooseLang(lang.value === "zh" ? "en" : "zh")}>
        {w.other}
      </button>
      <button
        type="button" class="plain icon-only" title={dark ? w.toLight : w.toDark} aria-label={dark ? w.toLight : w.toDark}
        onClick={() => chooseTheme(dark ? "light" : "dark")}
      >
        <Icon name={dark ? "sun" : "moon"} />
      </button>
      {asking && <SignIn onClose={() => setAsking(false)} />}
    </header>
  );
}
