/** Comments on the plan, its grids and units: read, write, answer, resolve. */

import { useState } from "preact/hooks";
import { moment } from "../../format.ts";
import { lang } from "../../settings.ts";
import { useAsked } from "../../ui/asked.ts";
import { Fault } from "../../ui/Fault.tsx";
import { plansApi } from "../api.ts";
import type { Said, Thread } from "../contract.ts";
import { may } from "../session.ts";
import { drawnGrids, pinned, turn } from "../state.ts";
import { planWords } from "../spoken.ts";
import { roleName } from "./PlansTop.tsx";

export function Comments({ plan }: { plan: string }) {
  const p = planWords.value;
  const threads = useAsked((signal) => plansApi.comments(plan, signal), [plan, turn.value]);
  const open = threads.value?.filter((one) => !one.resolved).length ?? 0;
  return (
    <section class="comments">
      <h3>{p.comments} <span class="count">{threads.value?.length ? p.openComments(open) : ""}</span></h3>
      {threads.error !== null && <Fault what={p.what.plan} error={threads.error} onRetry={threads.again} />}
      {threads.value?.length === 0 && <p class="empty">{p.noComments}</p>}
      <ul aria-live="polite">
        {threads.value?.map((one) => <ThreadRow key={one.comment} plan={plan} thread={one} onDone={threads.again} />)}
      </ul>
      {may("plans.comment") && <Write plan={plan} onDone={threads.again} />}
    </section>
  );
}

function Line({ said }: { said: Said }) {
  const when = moment(Date.parse(said.at), Date.now(), lang.value);
  return (
    <>
      <p class="meta"><b>{said.actor_name}</b> {roleName(said.role)} · <time dateTime={said.at}>{when}</time></p>
      <p class="words">{said.text}</p>
    </>
  );
}

function ThreadRow({ plan, thread, onDone }: { plan: string; thread: Thread; onDone: () => void }) {
  const p = planWords.value;
  const [answering, setAnswering] = useState(false);
  const code = drawnGrids.value.find((g) => g.properties.grid === thread.grid)?.properties.code ?? thread.grid;
  return (
    <li class={thread.resolved ? "thread resolved" : "thread"}>
      {(thread.grid || thread.unit || thread.resolved) && (
        <p class="pins">
          {thread.grid && (
            <button type="button" class="link" onClick={() => { pinned.value = thread.grid ?? ""; }}>{p.gridOf(code ?? "")}</button>
          )}
          {thread.unit && <span>{p.unitOf(thread.unit)}</span>}
          {thread.resolved && <span class="chip-flat">{p.resolved}</span>}
        </p>
      )}
      <Line said={thread} />
      {thread.answers.length > 0 && <ul>{thread.answers.map((one) => <li key={one.comment}><Line said={one} /></li>)}</ul>}
      {may("plans.comment") && !answering && (
        <button type="button" class="link" onClick={() => setAnswering(true)}>{p.answer}</button>
      )}
      {answering && (
        <Write plan={plan} answers={thread} onDone={() => {
          setAnswering(false);
          onDone();
        }} />
      )}
    </li>
  );
}

function Write({ plan, answers, onDone }: { plan: string; answers?: Thread; onDone: () => void }) {
  const p = planWords.value;
  const [text, setText] = useState("");
  const [settle, setSettle] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const send = (event: Event) => {
    event.preventDefault();
    setFault(null);
    const pin = answers ? { answers: answers.comment } : pinned.value ? { grid: pinned.value } : {};
    const resolved = answers && settle ? { resolved: !answers.resolved } : {};
    plansApi.comment(plan, { text: text.trim(), ...pin, ...resolved }).then(() => {
      setText("");
      onDone();
    }, setFault);
  };
  return (
    <form class="write" onSubmit={send}>
      {!answers && (
        <label class="base-choice">
          <span>{p.on}</span>
          <select value={pinned.value} onChange={(event) => { pinned.value = event.currentTarget.value; }}>
            <option value="">{p.wholePlan}</option>
            {drawnGrids.value.map(({ properties: g }) => <option key={g.grid} value={g.grid}>{p.gridOf(g.code)}</option>)}
          </select>
        </label>
      )}
      <label class="field">
        <span class="sr">{answers ? p.answer : p.say}</span>
        <textarea rows={2} maxLength={4000} required value={text} placeholder={answers ? p.answer : p.say}
          onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {fault !== null && <Fault what={p.what.comment} error={fault} />}
      <div class="actions">
        <button type="submit" class="button" disabled={!text.trim()}>{p.send}</button>
        {answers && (
          <label class="settle">
            <input type="checkbox" checked={settle} onChange={(event) => setSettle(event.currentTarget.checked)} />
            {answers.resolved ? p.reopen : p.resolve}
          </label>
        )}
      </div>
    </form>
  );
}
