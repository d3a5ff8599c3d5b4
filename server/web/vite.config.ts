import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { licences } from "./licences.ts";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Pages go beside the server's Python, whence the wheel takes them; nothing is inlined, as the security policy allows files only. */
export default defineConfig({
  base: "/",
  plugins: [licences()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../gridgeo_server/pages", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      input: { index: page("index.html"), plans: page("plans.html"), rosters: page("rosters.html"), rounds: page("rounds.html") },
      output: {
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".mjs")) ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/ogc": "http://127.0.0.1:8000" } },
});
