/**
 * Where marks stand when they meet. Cases never move; officers step aside by at most 16 px; labels of what moves between
 * plans give way by at most 60 px, grid codes to them by at most 34 px, and then hide; a case's chip stands on its right unless something is there. Pure arithmetic on pixels.
 */

export interface Body {
  id: string;
  kind: "case" | "officer" | "label" | "code";
  x: number;
  y: number;
  /** Half width and half height of the mark itself. */
  hw: number;
  hh: number;
  /** Width and height of a chip beside (case) or below (officer) it; 0 for none. */
  chipW: number;
  chipH: number;
}

export interface Place { dx: number; dy: number; hidden: boolean; flip: boolean }

interface Box { l: number; t: number; r: number; b: number }

const OFFICER_STEPS = [8, 12, 16];
const LABEL_STEPS = [12, 22, 34, 46, 60];
const CODE_STEPS = [12, 22, 34];
const EIGHT = [[1, 0], [-1, 0], [0, 1], [0, -1], [0.7, 0.7], [-0.7, 0.7], [0.7, -0.7], [-0.7, -0.7]] as const;
const GAP = 4;

export function place(bodies: Body[]): Map<string, Place> {
  const places = new Map<string, Place>();
  const cases = bodies.filter((b) => b.kind === "case");
  const taken: Box[] = cases.map((b) => box(b, 0, 0));
  for (const officer of bodies.filter((b) => b.kind === "officer")) {
    const [dx, dy] = step(officer, OFFICER_STEPS, taken, withChipBelow);
    places.set(officer.id, { dx, dy, hidden: false, flip: false });
    taken.push(...withChipBelow(officer, dx, dy));
  }
  for (const case_ of cases) {
    const flip = case_.chipW > 0 && beside(case_, 1, taken) > beside(case_, -1, taken);
    places.set(case_.id, { dx: 0, dy: 0, hidden: false, flip });
    if (case_.chipW) taken.push(chip(case_, flip ? -1 : 1));
  }
  for (const [kind, steps] of [["label", LABEL_STEPS], ["code", CODE_STEPS]] as const) {
    for (const text of bodies.filter((b) => b.kind === kind)) {
      const [dx, dy, overlap] = step(text, steps, taken, (b, x, y) => [box(b, x, y)]);
      places.set(text.id, { dx, dy, hidden: overlap > 0, flip: false });
      if (!overlap) taken.push(box(text, dx, dy));
    }
  }
  return places;
}

/** The least step that frees a body, or the one that overlaps least. */
function step(
  body: Body, steps: number[], taken: Box[], shape: (b: Body, dx: number, dy: number) => Box[],
): [number, number, number] {
  let best: [number, number, number] = [0, 0, overlap(shape(body, 0, 0), taken)];
  for (const length of steps) {
    if (best[2] === 0) break;
    for (const [ux, uy] of EIGHT) {
      const [dx, dy] = [ux * length, uy * length];
      const covered = overlap(shape(body, dx, dy), taken);
      if (covered < best[2]) best = [dx, dy, covered];
      if (covered === 0) break;
    }
  }
  return best;
}

function withChipBelow(b: Body, dx: number, dy: number): Box[] {
  const self = box(b, dx, dy);
  if (!b.chipW) return [self];
  const top = self.b + GAP / 2;
  return [self, { l: b.x + dx - b.chipW / 2, r: b.x + dx + b.chipW / 2, t: top, b: top + b.chipH }];
}

function chip(b: Body, side: 1 | -1): Box {
  const near = b.x + side * (b.hw + GAP);
  const far = near + side * b.chipW;
  return { l: Math.min(near, far), r: Math.max(near, far), t: b.y - b.chipH / 2, b: b.y + b.chipH / 2 };
}

function beside(b: Body, side: 1 | -1, taken: Box[]): number {
  return overlap([chip(b, side)], taken);
}

function box(b: Body, dx: number, dy: number): Box {
  return { l: b.x + dx - b.hw, r: b.x + dx + b.hw, t: b.y + dy - b.hh, b: b.y + dy + b.hh };
}

function overlap(boxes: Box[], taken: Box[]): number {
  let area = 0;
  for (const a of boxes) {
    for (const b of taken) {
      const w = Math.min(a.r, b.r) - Math.max(a.l, b.l);
      const h = Math.min(a.b, b.b) - Math.max(a.t, b.t);
      if (w > 0 && h > 0) area += w * h;
    }
  }
  return area;
}
