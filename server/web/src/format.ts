/** Numbers, dates and ages as LOOK writes them, in Chinese and English. Pure: same input, same text. */

export type Lang = "zh" | "en";

const THIN = "\u2009";
const MINUS = "\u2212";

/** 1,090 · –  (unknown is never 0) */
export function whole(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? "–" : Math.round(value).toLocaleString("en-US").replace("-", MINUS);
}

/** One decimal: 12.4 */
export function decimal(value: number | null | undefined, digits = 1): string {
  if (value == null || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", MINUS);
}

/** A share as a percentage, 0.931 → "93.1 %"; with `sign` "+18.2 %" or "−4.0 %". */
export function percent(share: number | null | undefined, lang: Lang, sign = false): string {
  if (share == null || !Number.isFinite(share)) return lang === "zh" ? "–" : "n/a";
  const text = decimal(Math.abs(share) * 100);
  const mark = Number(text) === 0 ? "" : share < 0 ? MINUS : sign ? "+" : "";
  return mark + text + (lang === "zh" ? "%" : THIN + "%");
}

/** A span in the two largest of days, hours, minutes: "1 h 14 min", "1 时 14 分". */
export function span(seconds: number, lang: Lang): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const [D, H, M] = lang === "zh" ? ["天", "时", "分"] : ["d", "h", "min"];
  if (minutes < 1) return lang === "zh" ? "不足 1 分" : "< 1 min";
  if (d) return h ? `${d} ${D} ${h} ${H}` : `${d} ${D}`;
  if (h) return m ? `${h} ${H} ${m} ${M}` : `${h} ${H}`;
  return `${m} ${M}`;
}

/** A case's clock: "5 min" left, "+1 h 14 min" over; "剩 5 分", "超 1 时 14 分". */
export function timeLeft(leftS: number, lang: Lang): string {
  if (leftS > 0 && leftS < 60) return span(leftS, lang);
  const text = leftS > -60 && leftS <= 0 ? (lang === "zh" ? "0 分" : "0 min") : span(leftS, lang);
  if (leftS > 0) return lang === "zh" ? `剩 ${text}` : text;
  return lang === "zh" ? `超 ${text}` : `+${text}`;
}

/** An age: "8 s", "2 min", "3 h"; "8 秒", "2 分钟", "3 小时". */
export function age(seconds: number | null, lang: Lang): string {
  if (seconds === null) return "–";
  if (seconds < 60) return `${Math.floor(seconds)} ${lang === "zh" ? "秒" : "s"}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${lang === "zh" ? "分钟" : "min"}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} ${lang === "zh" ? "小时" : "h"}`;
  return `${Math.floor(seconds / 86400)} ${lang === "zh" ? "天" : "d"}`;
}

/** Walking time, rounded up to whole minutes: "6 min", "6 分". */
export function walk(seconds: number, lang: Lang): string {
  return span(Math.max(60, Math.ceil(seconds / 60) * 60), lang);
}

/** Road distance: "460 m", "1.15 km". */
export function distance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${decimal(metres / 1000, 2)} km`;
}

/** Hours with one decimal from minutes: "41.5 h", "41.5 小时". */
export function hours(minutes: number | null | undefined, lang: Lang): string {
  if (minutes == null || !Number.isFinite(minutes)) return "–";
  return `${decimal(minutes / 60)} ${lang === "zh" ? "小时" : "h"}`;
}

/** Ground area: "3.2 ha", "1.45 km²". */
export function area(m2: number, lang: Lang): string {
  if (m2 >= 1e6) return `${decimal(m2 / 1e6, 2)} km²`;
  return `${decimal(m2 / 1e4)} ${lang === "zh" ? "公顷" : "ha"}`;
}

const two = (n: number) => String(n).padStart(2, "0");
const ZH_DAYS = "日一二三四五六";
const EN_DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const EN_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 14:32 or, with seconds, 14:32:07. */
export function time(ms: number, seconds = false): string {
  const t = new Date(ms);
  return `${two(t.getHours())}:${two(t.getMinutes())}${seconds ? `:${two(t.getSeconds())}` : ""}`;
}

/** "Thu 19 Nov" (with the year when it isn't `thisYear`), "2026年11月19日 周四". */
export function date(ms: number, lang: Lang, thisYear: number): string {
  const t = new Date(ms);
  if (lang === "zh") return `${t.getFullYear()}年${t.getMonth() + 1}月${t.getDate()}日 周${ZH_DAYS[t.getDay()]}`;
  const year = t.getFullYear() === thisYear ? "" : ` ${t.getFullYear()}`;
  return `${EN_DAYS[t.getDay()]} ${t.getDate()} ${EN_MONTHS[t.getMonth()]}${year}`;
}

/** The time alone today, with its date otherwise. */
export function moment(ms: number, now: number, lang: Lang): string {
  const [then, today] = [new Date(ms), new Date(now)];
  if (then.toDateString() === today.toDateString()) return time(ms);
  return lang === "zh"
    ? `${then.getMonth() + 1}月${then.getDate()}日 ${time(ms)}`
    : `${then.getDate()} ${EN_MONTHS[then.getMonth()]} ${time(ms)}`;
}

/** The calendar day at a moment where a time zone holds, 2026-11-29; this computer's where none is told. */
export function dayIn(ms: number, zone: string | undefined): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);
}
