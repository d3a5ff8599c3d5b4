/** The page of plans: the list, the map of one or two plans, and what is known of the chosen one. */

import { useEffect, useState } from "preact/hooks";
import { api } from "../../api.ts";
import { board } from "../../state.ts";
import { Fault } from "../../ui/Fault.tsx";
import { plansApi } from "../api.ts";
import { resume } from "../session.ts";
import { areas, chosen, loadPlans, roles } from "../state.ts";
import { planWords } from "../spoken.ts";
import { PlanList } from "./PlanList.tsx";
import { PlanMap } from "./PlanMap.tsx";
import { PlanPanel } from "./PlanPanel.tsx";
import { PlansTop } from "./PlansTop.tsx";

const LOOK_MS = 30_000;

export function PlansApp() {
  const p = planWords.value;
  const [fault, setFault] = useState<unknown>(null);
  const load = () => {
    setFault(null);
    const first = async () => {
      const [said, known, places] = await Promise.all([api.board(), plansApi.roles(), plansApi.areas(), loadPlans(), resume()]);
      board.value = said;
      roles.value = known;
      areas.value = places;
    };
    first().catch(setFault);
  };
  useEffect(() => {
    load();
    // Others work on plans too: the list is looked at again now and then, and whenever the page comes back to the front.
    const again = () => { if (!document.hidden && board.value) loadPlans().catch(() => undefined); };
    const timer = setInterval(again, LOOK_MS);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, []);
  return (
    <div class="plans-page">
      <PlansTop />
      {board.value === null && fault !== null && <Fault what={p.what.list} error={fault} onRetry={load} />}
      <PlanList />
      <PlanMap />
      {chosen.value !== null ? <PlanPanel key={chosen.value} plan={chosen.value} /> : <section class="plan-panel" id="panel" />}
    </div>
  );
}
