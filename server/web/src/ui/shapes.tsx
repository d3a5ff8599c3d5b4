/** Status by shape first: ring, diamond, triangle for cases; disc, hollow disc, ghost for officers. */

import type { Light } from "../contract.ts";
import type { Signal } from "../clock.ts";

/** A case's light. Sizes are in rem of a 16 px root, so that a wall grows them. */
export function CaseShape({ light, size }: { light: Light; size: number }) {
  const side = { width: `${size / 16}rem`, height: `${size / 16}rem` };
  if (light === "over") {
    return (
      <svg class="shape over" viewBox="0 0 22 22" style={side} aria-hidden="true">
        <path class="fill edge" d="M11 2.2 20.300 19H1.700Z" />
        <path class="bang" d="M11 8.300v5.200M11 16v.1" />
      </svg>
    );
  }
  if (light === "soon") {
    return (
      <svg class="shape soon" viewBox="0 0 18 18" style={side} aria-hidden="true">
        <path class="halo" d="M9 1 17 9 9 17 1 9Z" />
        <path class="fill edge" d="M9 2 16 9 9 16 2 9Z" />
      </svg>
    );
  }
  return (
    <svg class="shape ok" viewBox="0 0 12 12" style={side} aria-hidden="true">
      <circle class="halo" cx="6" cy="6" r="5.800" />
      <circle class="fill edge" cx="6" cy="6" r="3.700" />
    </svg>
  );
}

interface DiscProps { initials: string; signal: Signal; busy: boolean; heading: number | null; size: number }

export function OfficerDisc({ initials, signal, busy, heading, size }: DiscProps) {
  const side = { width: `${size / 16}rem`, height: `${size / 16}rem` };
  return (
    <svg class={`shape officer ${signal}`} viewBox="0 0 26 26" style={side} aria-hidden="true">
      {signal === "fresh" && heading !== null && (
        <path class="tick" d="M13 -3.500 17 1.500H9Z" transform={`rotate(${heading} 13 13)`} />
      )}
      <circle class="halo" cx="13" cy="13" r="13" />
      <circle class="disc" cx="13" cy="13" r={signal === "fresh" ? 12 : 11.2} />
      <text x="13" y="13" dy=".36em">{initials}</text>
      {busy && signal === "fresh" && (
        <g class="badge">
          <circle cx="21.500" cy="21.500" r="4.800" />
          <path d="M19.300 21.500h4.400" />
        </g>
      )}
    </svg>
  );
}
