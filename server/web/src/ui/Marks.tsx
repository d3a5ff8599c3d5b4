/** Everything that stands on the map as HTML: grid codes, case marks and their chips, officers, the draft's pin. */

import { createPortal } from "preact/compat";
import { useLayoutEffect, useRef } from "preact/hooks";
import { clockOf, fixAge, signalOf } from "../clock.ts";
import type { Case, GridFeature, Responder } from "../contract.ts";
import { age, timeLeft } from "../format.ts";
import { APART_LIMIT, type Cluster, clusterDots } from "../map/clusters.ts";
import { inView, stage, type Stage, zoom } from "../map/view.ts";
import { lang, named, words } from "../settings.ts";
import { draft, grids, hovered, now, onDuty, open, overdue, select, selection } from "../state.ts";
import { Icon } from "./icons.tsx";
import { CaseShape, OfficerDisc } from "./shapes.tsx";

export function Marks() {
  const on = stage.value;
  if (!on) return null;
  return createPortal(
    <div class="marks">
      {grids.value.map((grid) => <Code key={grid.properties.grid} on={on} grid={grid} />)}
      <CaseMarks on={on} />
      {onDuty.value.map((r) => r.lon !== null && r.lat !== null && <OfficerMark key={r.responder} on={on} officer={r} />)}
      <Pin on={on} />
    </div>,
    on.map.getCanvasContainer(),
  );
}

/** Tie an element to a place on the map for as long as it is there. */
function useMark(on: Stage, id: string, kind: "case" | "officer" | "code", lon: number, lat: number) {
  const ref = useRef<HTMLButtonElement & HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (ref.current) on.overlay.set(id, { el: ref.current, kind, lon, lat });
  });
  useLayoutEffect(() => () => on.overlay.delete(id), [on, id]);
  return ref;
}

function Code({ on, grid }: { on: Stage; grid: GridFeature }) {
  const { grid: id, label_lon, label_lat } = grid.properties;
  const ref = useMark(on, `code ${id}`, "code", label_lon, label_lat);
  return <div ref={ref} class="mark code" aria-hidden="true">{id}</div>;
}

function CaseMarks({ on }: { on: Stage }) {
  void inView.value;
  const all = [...overdue.value, ...open.value];
  const bounds = on.map.getBounds();
  const seen = all.filter((c) => bounds.contains([c.lon, c.lat]));
  const dots = seen.map((c) => ({ id: c.case, lon: c.lon, lat: c.lat, light: clockOf(c, now.value).light }));
  if (seen.length > APART_LIMIT) {
    const cell = (56 * 360) / (512 * 2 ** Math.round(zoom.value));
    const byId = new Map(seen.map((c) => [c.case, c]));
    return (
      <>
        {clusterDots(dots, cell).map((cluster) => {
          const single = cluster.members.length === 1 ? byId.get(cluster.members[0]!) : undefined;
          return single
            ? <CaseMark key={single.case} on={on} case_={single} />
            : <ClusterMark key={cluster.id} on={on} cluster={cluster} />;
        })}
      </>
    );
  }
  return <>{all.map((c) => <CaseMark key={c.case} on={on} case_={c} />)}</>;
}

const SIZE = { ok: 12, soon: 18, over: 22 } as const;

function CaseMark({ on, case_ }: { on: Stage; case_: Case }) {
  const ref = useMark(on, `case ${case_.case}`, "case", case_.lon, case_.lat);
  const clock = clockOf(case_, now.value);
  const text = timeLeft(clock.leftS, lang.value);
  const chosen = selection.value?.kind === "case" && selection.value.id === case_.case;
  const pointed = hovered.value?.kind === "case" && hovered.value.id === case_.case;
  return (
    <button
      ref={ref} type="button" tabIndex={-1} data-case={case_.case}
      class={`mark case ${clock.light}${chosen ? " chosen" : ""}${pointed ? " pointed" : ""}`}
      aria-label={`${named(case_)}, ${words.value.light[clock.light]}, ${text}, ${words.value.grid(case_.grid)}`}
      onClick={(event) => { event.stopPropagation(); select("case", case_.case); }}
    >
      {clock.light === "over" && <span class="pulse" key="pulse" />}
      <CaseShape light={clock.light} size={SIZE[clock.light]} />
      {clock.light === "over" && <span class="chip">{text}</span>}
      {clock.light !== "over" && pointed && <span class="chip">{named(case_)}</span>}
    </button>
  );
}

function ClusterMark({ on, cluster }: { on: Stage; cluster: Cluster }) {
  const ref = useMark(on, cluster.id, "case", cluster.lon, cluster.lat);
  const zoomIn = () => on.map.easeTo({ center: [cluster.lon, cluster.lat], zoom: on.map.getZoom() + 2 });
  return (
    <button
      ref={ref} type="button" tabIndex={-1} class={`mark case cluster ${cluster.light}`}
      aria-label={words.value.cluster(cluster.members.length)}
      onClick={(event) => { event.stopPropagation(); zoomIn(); }}
    >
      <span class="shape bundle"><CaseShape light={cluster.light} size={12} />{cluster.members.length}</span>
    </button>
  );
}

function OfficerMark({ on, officer }: { on: Stage; officer: Responder }) {
  const ref = useMark(on, `officer ${officer.responder}`, "officer", officer.lon!, officer.lat!);
  const signal = signalOf(officer, now.value);
  const seen = fixAge(officer, now.value);
  const old = seen === null ? words.value.noFix : age(seen, lang.value);
  const busy = officer.status === "busy";
  const chosen = selection.value?.kind === "officer" && selection.value.id === officer.responder;
  const pointed = hovered.value?.kind === "officer" && hovered.value.id === officer.responder;
  const state = signal === "fresh" && busy ? "busy" : signal;
  return (
    <button
      ref={ref} type="button" tabIndex={-1} data-officer={officer.responder}
      class={`mark officer ${signal}${chosen ? " chosen" : ""}${pointed ? " pointed" : ""}`}
      aria-label={`${named(officer)}, ${words.value.signal[state]}, ${old}`}
      onClick={(event) => { event.stopPropagation(); select("officer", officer.responder); }}
    >
      <OfficerDisc initials={initialsOf(officer)} signal={signal} busy={busy} heading={officer.heading} size={26} />
      {signal !== "fresh" && seen !== null && <span class="chip">{old}</span>}
    </button>
  );
}

/** A surname in Chinese, initials elsewhere; a figure ("Officer 07") stands for itself. */
export function initialsOf(officer: Responder): string {
  const figure = /\d+/.exec(officer.name)?.[0];
  if (figure) return figure.slice(-3);
  if (lang.value === "zh" && officer.name_zh) return officer.name_zh.slice(0, 1);
  return officer.initials;
}

function Pin({ on }: { on: Stage }) {
  const at = draft.value?.place;
  return at ? <PlacedPin on={on} lon={at[0]} lat={at[1]} /> : null;
}

function PlacedPin({ on, lon, lat }: { on: Stage; lon: number; lat: number }) {
  const ref = useMark(on, "draft", "case", lon, lat);
  return <div ref={ref} class="mark pin" aria-hidden="true"><span class="shape"><Icon name="pin" /></span></div>;
}
