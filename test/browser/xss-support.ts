/** Markup that would run, and what tells whether any did. */
import { expect } from 'vitest'
import type { EditorPage } from './support.ts'

declare global {
  // eslint-disable-next-line no-var -- how a global is declared
  var hasRun: string | undefined
  // eslint-disable-next-line no-var -- how a global is declared
  var violations: string[] | undefined
}

/** Runs in every way that markup can. `place` tells where it stood. */
export const markup = (place: string) =>
  `"><img src=x onerror="globalThis.hasRun='${place}'"><svg onload="globalThis.hasRun='${place}'"></svg><script>globalThis.hasRun='${place}'</script><a href="javascript:globalThis.hasRun='${place}'">${place}</a>`

/** Watches a page from now on. */
export async function watch(editor: EditorPage): Promise<{ readonly dialogs: readonly string[] }> {
  const dialogs: string[] = []
  editor.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await editor.page.evaluate(() => {
    const seen: string[] = globalThis.violations = []
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => seen.push(`${violatedDirective} ${blockedURI}`))
  })
  return { dialogs }
}

/** Fails if a script ran, one was tried, or markup of ours became elements. */
export async function expectNothingRan({ page }: EditorPage, { dialogs }: { readonly dialogs: readonly string[] }, where: string): Promise<void> {
  await page.waitForTimeout(100) // what runs does so late: pictures fail, frames load
  const found = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')]
    return {
      hasRun: globalThis.hasRun, violations: globalThis.violations ?? [],
      elements: all.filter((one) => one.matches('img[src="x"], script:not([src]), iframe, object, embed')).map(({ outerHTML }) => outerHTML.slice(0, 100)),
      handlers: all.flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith('on')).map((name) => `${one.tagName} ${name}`)),
      addresses: all.flatMap((one) => ['href', 'src', 'action', 'formaction', 'xlink:href'].flatMap((name) => one.getAttribute(name) ?? [])).filter((one) => /^\s*(?:javascript|vbscript|data:text)/i.test(one)),
    }
  })
  expect({ where, ...found, dialogs }).toEqual({ where, hasRun: undefined, violations: [], elements: [], handlers: [], addresses: [], dialogs: [] })
}

/** Whether the markup stands there as the text that it is: as words, a name or a value of a field. */
export async function expectShown({ page }: EditorPage, place: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const has = (text: string | null | undefined) => text?.includes(`hasRun='${wanted}'`) === true && text.includes('<img')
    return [...document.querySelectorAll<HTMLElement>('body *')].some((one) =>
      [...one.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && has(child.nodeValue)) || has(one.title) || has(one.ariaLabel) || has(one.getAttribute('alt'))
      || (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement ? has(one.value) : false))
  }, place, { timeout: 20_000 }).catch((cause: unknown) => { throw new Error(`"${place}" is shown nowhere as text`, { cause }) })
}
