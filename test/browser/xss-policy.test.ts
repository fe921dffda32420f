/** The content security policy: what it says, and that a browser holds to it. Attack 29: files that are dropped. */
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pngChunk } from '../../media/png-metadata.ts'
import { PIXEL } from '../server/api-support.ts'
import { dropFiles, toasts } from './files-support.ts'
import { describeInBrowser } from './support.ts'
import { expectNothingRan, markup, watch } from './xss-support.ts'

const png = (...pieces: Buffer[]) => Buffer.concat([PIXEL.subarray(0, 33), ...pieces, PIXEL.subarray(33)])
const text = (keyword: string, value: string) => pngChunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1'))
const broken = (chunk: Buffer) => Buffer.concat([chunk.subarray(0, -4), Buffer.from([1, 2, 3, 4])])
const bomb = () => deflateSync(Buffer.alloc(200_000_000, ' '))
const box = (type: string, content: Buffer) => {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.length + 8)
  return Buffer.concat([size, Buffer.from(type), content])
}

const FILES: readonly (readonly [name: string, bytes: () => Buffer])[] = [
  ['zTXt bomb.png', () => png(pngChunk('zTXt', Buffer.concat([Buffer.from('workflow\0\0'), bomb()])))],
  ['iCCP bomb.png', () => png(pngChunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb()])))],
  ['bad CRC.png', () => png(broken(text('workflow', '{"version": 1, "nodes": []}')))],
  ['wrong types.png', () => png(text('workflow', '{"nodes": "many", "links": {"a": 1}, "groups": 5}'))],
  ['markup.png', () => png(text('workflow', markup('png')))],
  ['polluting.png', () => png(text('prompt', '{"__proto__": {"hasRun": "proto"}, "constructor": {"class_type": 5}}'))],
  ['deep.png', () => png(text('workflow', `{"nodes": ${'['.repeat(50_000)}`))],
  ['cut.png', () => png(text('workflow', '{}')).subarray(0, 50)],
  ['html.mp4', () => Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0')), box('moov', box('udta', box('meta', Buffer.from(markup('mp4')))))])],
  ['endless.mp4', () => Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0')), Buffer.from('\xff\xff\xff\xffmoov', 'latin1')])],
  ['<img src=x onerror=globalThis.hasRun=1>.txt', () => Buffer.from('text')],
  ['<img src=x onerror=globalThis.hasRun=1>.json', () => Buffer.from(`{"version": 1, "nodes": [{"id": 5, "type": ${JSON.stringify(markup('json'))}}]}`)],
]

describeInBrowser('XSS: policy and files', (open) => {
  test('the policy allows neither inline nor evaluated code, and the browser holds to it', async () => {
    const editor = await open()
    editor.expected.push(/Content Security Policy|Refused|violates/, /404 .*\/x\)/)
    const policy = (await editor.server.fetch('/')).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|unsafe-hashes|strict-dynamic|\*/)
    await watch(editor)
    const tried = await editor.page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.hasRun = "inline"'
      document.body.append(script)
      const holder = document.createElement('div')
      holder.innerHTML = '<img src="x" onerror="globalThis.hasRun = \'handler\'"><a id="go" href="javascript:globalThis.hasRun=\'address\'">go</a>'
      document.body.append(holder)
      document.getElementById('go')!.click()
      const remote = document.createElement('script')
      remote.src = 'data:text/javascript,globalThis.hasRun="data"'
      document.body.append(remote)
      const frame = document.createElement('iframe')
      frame.src = 'data:text/html,<script>parent.hasRun = 1</script>'
      document.body.append(frame)
      await new Promise((done) => { setTimeout(done, 500) }) // what tests evaluate themselves may evaluate more: not so what runs later
      let refused = 0
      const evaluate = Reflect.get(globalThis, 'eval') as (code: string) => unknown // the browser's own
      for (const run of [() => Reflect.construct(Function, ['globalThis.hasRun = "function"'])(), () => evaluate('globalThis.hasRun = "eval"')] as (() => unknown)[]) {
        try { run() } catch { refused++ }
      }
      return { refused, hasRun: globalThis.hasRun, directives: [...new Set(globalThis.violations!.map((one) => one.split(' ')[0]))].sort() }
    })
    expect(tried.hasRun).toBeUndefined()
    expect(tried.refused).toBe(2)
    expect(tried.directives).toEqual(expect.arrayContaining(['script-src-attr', 'script-src-elem', 'frame-src']))
  }, 120_000)

  test.each(FILES)('%s that is dropped is told, opens nothing, and runs nothing', async (name, bytes) => {
    const editor = await open()
    editor.expected.push(/status of 4\d\d .*\/api\/open/)
    const watched = await watch(editor)
    const before = await editor.workflow()
    await dropFiles(editor, '.canvas-host', [{ name, bytes: bytes() }])
    const told = await toasts(editor)
    expect(told.join('\n')).toContain(name)
    expect(await editor.workflow()).toEqual(before)
    expect(await editor.page.evaluate(() => Reflect.get({}, 'hasRun') as unknown)).toBeUndefined()
    await expectNothingRan(editor, watched, name)
  }, 120_000)
})
