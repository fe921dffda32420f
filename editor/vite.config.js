/** The editor's build: into dist/editor, for browsers of the last three years. Plain JavaScript: scripts/build.js runs it. */
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { SLIM_LITEGRAPH } from './slim-litegraph.js'

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: join(import.meta.dirname, 'public'),
  logLevel: 'warn',
  plugins: [SLIM_LITEGRAPH],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, '..', 'dist', 'editor'),
    emptyOutDir: true,
    target: 'es2023',
    cssCodeSplit: false, // a style sheet that once failed to load is never asked for again; all of them are 10 kB
    assetsInlineLimit: 0, // the content security policy allows files of ours alone
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One file of what every page needs, not thirty.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
})
