/** A dialog that takes a file in two steps: what the server finds in it, then the confirmation that writes. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { newKey } from "../../api.ts";
import { lang, words } from "../../settings.ts";
import { Fault } from "../../ui/Fault.tsx";
import { importWords } from "../spoken.ts";

interface Report { ok: boolean; checked: string | null }

interface Props<R extends Report> {
  title: string;
  hint: string;
  accept: string;
  confirm: string;
  refused: string;
  /** How the file is read; a change asks for a new check. */
  reading: string;
  /** Ways to read the file; open where it couldn't be read. */
  options?: (open: boolean) => ComponentChildren;
  fields?: ComponentChildren;
  ready?: boolean;
  check: (file: File, signal: AbortSignal) => Promise<R>;
  write: (file: File, report: R, key: string) => Promise<void>;
  show: (report: R) => ComponentChildren;
  /** Asks for a check at once when it grows. */
  turn?: number;
  onFile?: (file: File) => void;
  onClose: () => void;
}

export function FileDialog<R extends Report>(props: Props<R>) {
  const { title, hint, accept, reading, turn = 0, onClose } = props;
  const [w, p] = [words.value, importWords.value];
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const { report, fault, busy, look, forget } = useCheck(props, file);
  const [key, setKey] = useState(newKey);
  const [writing, setWriting] = useState(false);
  const [opened, setOpened] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => forget(), [reading]);
  useEffect(() => { if (fault !== null) setOpened(true); }, [fault]);
  useEffect(() => { if (turn) look(); }, [turn]);
  useEffect(() => { if (report) look(); }, [lang.value]);
  useEffect(() => { setKey(newKey()); setRefusal(null); }, [report?.checked]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!file || busy || writing) return;
    if (!report?.ok) return look();
    setWriting(true);
    setRefusal(null);
    props.write(file, report, key).then(onClose, setRefusal).finally(() => setWriting(false));
  };
  const take = (input: HTMLInputElement) => {
    const chosen = input.files?.[0] ?? null;
    forget();
    setFile(chosen);
    if (chosen) props.onFile?.(chosen);
  };
  return (
    <dialog ref={dialog} class="help file-dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <form onSubmit={submit}>
        <header>
          <h2 id={`${id}-title`}>{title}</h2>
          <p class="meta" id={`${id}-hint`}>{hint}</p>
        </header>
        <div class="body">
          <label class="field file">
            <span>{p.file}</span>
            <span class="pick">
              <input type="file" name="file" accept={accept} required aria-label={p.file} aria-describedby={`${id}-hint`}
                onChange={(event) => take(event.currentTarget)} />
              <span class="button" aria-hidden="true">{file ? p.another : p.choose}</span>
              <span class="name" aria-hidden="true">{file ? file.name : p.none}</span>
            </span>
          </label>
          {props.options?.(fault !== null || opened)}
          {fault !== null && <Fault what={p.what.check} error={fault} />}
          {busy && !report && <div class="blocks" aria-label={p.checking}><i /><i /></div>}
          {report && props.show(report)}
          {report?.ok && props.fields}
          {refusal !== null && <Fault what={props.refused} error={refusal} />}
        </div>
        <footer class="actions">
          {report?.ok
            ? <button type="submit" class="button primary" disabled={writing || props.ready === false}>{writing ? p.writing : props.confirm}</button>
            : <button type="submit" class="button primary" disabled={!file || busy}>{busy ? p.checking : p.check}</button>}
          <button type="button" class="button" onClick={() => dialog.current?.close()}>{w.cancel}</button>
          <span class="meta">{p.nothingYet}</span>
        </footer>
      </form>
    </dialog>
  );
}

/** The check of the chosen file: asked on purpose, its late answers dropped. */
function useCheck<R extends Report>({ check }: Props<R>, file: File | null) {
  const [report, setReport] = useState<R | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef<AbortController | null>(null);
  const forget = () => {
    asked.current?.abort();
    setReport(null);
    setFault(null);
    setBusy(false);
  };
  const look = () => {
    if (!file) return;
    asked.current?.abort();
    const own = new AbortController();
    asked.current = own;
    setBusy(true);
    setFault(null);
    check(file, own.signal).then(setReport, (reason: unknown) => {
      if (own.signal.aborted) return;
      setReport(null);
      setFault(reason);
    }).finally(() => { if (asked.current === own) setBusy(false); });
  };
  useEffect(() => () => asked.current?.abort(), []);
  return { report, fault, busy, look, forget };
}

/** The heading of a report: it takes the focus, so that it is read out and the rows below are a key away. */
export function Verdict({ ok, checked, children }: { ok: boolean; checked: string | null; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [ok, checked]);
  return <h3 ref={heading} tabIndex={-1} class={ok ? "verdict ok" : "verdict"}>{children}</h3>;
}
