/** Which floating things are open. */

import { signal } from "@preact/signals";

export const helpOpen = signal(false);
export const layersOpen = signal(false);
export const accountOpen = signal(false);
