/** Five classes of workload for the map's sequential ramp. */

/**
 * Upper limits of the first four classes: quintiles rounded to whole hours, each limit above the one before.
 * Fewer limits come back where the grids are too alike to fill five classes.
 */
export function workloadBreaks(minutes: number[]): number[] {
  const sorted = minutes.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length < 2) return [];
  const [least, most] = [sorted[0]!, sorted[sorted.length - 1]!];
  const step = roundStep((most - least) / 5);
  const breaks: number[] = [];
  for (let i = 1; i < 5; i += 1) {
    const at = Math.round(quantile(sorted, i / 5) / step) * step;
    if (at > (breaks.at(-1) ?? least) && at <= most) breaks.push(at);
  }
  return breaks;
}

/** A step of whole hours that a reader can hold: 1, 2, 5, 10, 20 … hours; minutes where hours are too coarse. */
function roundStep(minutes: number): number {
  const hours = minutes / 60;
  if (hours < 1) return minutes < 12 ? 1 : 6;
  const power = 10 ** Math.floor(Math.log10(hours));
  const lead = hours / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power * 60;
}

function quantile(sorted: number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low);
}

/** Which of the five ramp colours each class takes, spread over the ramp. */
export function rampFor(classes: number, ramp: string[]): string[] {
  if (classes <= 1) return [ramp[2]!];
  return Array.from({ length: classes }, (_, i) => ramp[Math.round((i * (ramp.length - 1)) / (classes - 1))]!);
}
