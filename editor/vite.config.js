/** The editor's build: into dist/editor, for browsers of the last three years. Plain JavaScript: scripts/build.js runs it. */
import { join } from 'node:path'
import { defineConfig } from 'vite'

/** litegraph's own number dialog, which is never opened, would evaluate what is typed: what is served has no eval at all. */
const WITHOUT_EVAL = {
  name: 'without-eval',
  transform(code, id) {
    if (!/litegraph(\.es)?\.js/.test(id) || !code.includes('eval(')) return undefined
    return { code: code.replace('v = eval(v);', 'v = Number(v);'), map: null }
  },
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: join(import.meta.dirname, 'public'),
  logLevel: 'warn',
  plugins: [WITHOUT_EVAL],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, '..', 'dist', 'editor'),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0, // the content security policy allows files of ours alone
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
