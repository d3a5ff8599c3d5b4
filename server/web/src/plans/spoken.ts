/** The sentences of the page of plans in the language that is chosen. */

import { computed } from "@preact/signals";
import { lang } from "../settings.ts";
import { importEn, importZh, type ImportWords } from "./importWords.ts";
import { plansEn, plansZh, type PlanWords } from "./words.ts";

export const planWords = computed<PlanWords>(() => (lang.value === "zh" ? plansZh : plansEn));
export const importWords = computed<ImportWords>(() => (lang.value === "zh" ? importZh : importEn));
