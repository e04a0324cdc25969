import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The run page: what the gateway serves below `/page/` and, as index.html, at the addresses of its views. Its files find each other by
 * relative paths, because only the gateway knows under which path a proxy serves it.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  // Small pictures inside the script would need a laxer policy; there is no source map for strangers.
  build: { outDir: '../dist/page', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
