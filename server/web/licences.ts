/** Writes the licences of everything that goes into the pages beside them, as those licences ask. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

interface Locked { version?: string; license?: string; dev?: boolean; optional?: boolean }

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Emits `assets/licences.txt`: name, version, licence and its text for each package that isn't for building alone. */
export function licences(): Plugin {
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "assets/licences.txt", source: texts().join("\n\n") });
    },
  };
}

function texts(): string[] {
  const lock = JSON.parse(readFileSync(`${HERE}package-lock.json`, "utf-8")) as { packages: Record<string, Locked> };
  return Object.entries(lock.packages)
    .filter(([path, locked]) => path !== "" && !locked.dev && !locked.optional)
    .map(([path, locked]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      const file = readdirSync(HERE + path).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file ? readFileSync(`${HERE}${path}/${file}`, "utf-8").trim() : "";
      return `${name} ${locked.version ?? ""} (${locked.license ?? "see text"})\n\n${text}`;
    });
}
