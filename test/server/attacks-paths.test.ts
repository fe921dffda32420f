/** Names that lead elsewhere, files that are not what they seem, and disks that are full (the second part of the list). */
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { form, openGround, PNG, run, SECRET } from './ground.ts'
import type { Ground } from './ground.ts'
import type { RawAnswer } from './raw.ts'
import { filesBelow } from './support.ts'

// Hundreds of requests each, on machines that are busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

let ground: Ground
let input: string
let output: string
let userdata: string
beforeAll(async () => {
  ground = await openGround()
  input = ground.server.input
  output = ground.server.output
  userdata = 'userdata'
})
afterAll(() => ground.server.stop())
beforeEach(() => {
  for (const folder of [input, output]) for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
  writeFileSync(join(input, 'kept.png'), PNG)
})

/** Names that must lead nowhere but to a place inside, or to a refusal. */
const NAMES: readonly string[] = [
  '../secret.txt', '../secret.png', '../../outside/secret.txt', 'a/../../secret.txt', './../secret.txt', '..//secret.txt', 'x/../../../outside/secret.png',
  '..\\secret.txt', '..\\..\\outside\\secret.txt', 'a\\..\\..\\secret.txt', '.\\..\\secret.txt', '../\\secret.txt',
  '%2e%2e/secret.txt', '%2e%2e%2fsecret.txt', '..%2fsecret.txt', '..%5csecret.txt', '%252e%252e%252fsecret.txt', '..%c0%afsecret.txt', '%c0%ae%c0%ae/secret.txt',
  '..%00/secret.txt', '....//secret.txt', '..;/secret.txt', '.../secret.txt', '\u2025/secret.txt', '\uff0e\uff0e/secret.txt', '..\u2215secret.txt', '..\u2044secret.txt',
  '/etc/passwd', '//etc/passwd', '///etc/passwd', '\\etc\\passwd', '/proc/self/environ', '/dev/zero', '/dev/stdin', '~/secret.txt', '~root/x', '$HOME/x', '`id`', '$(id)',
  'C:secret.txt', 'C:\\Windows\\win.ini', 'C:/Windows/win.ini', '\\\\server\\share\\x.png', '//server/share/x.png', '\\\\?\\C:\\x', '\\\\.\\pipe\\x',
  'file:///etc/passwd', 'http://127.0.0.1/x', 'concat:a|b', 'data:image/png;base64,x', '-i', '--help', '@secret.txt', '|cat', 'a\0.png', '\0', '../secret.txt\0.png',
  `${'a'.repeat(300)}.png`, 'a'.repeat(5000), `${'d/'.repeat(300)}x.png`, '\u00fc'.repeat(200),
  'CON', 'con.png', 'NUL', 'nul.txt', 'aux', 'PRN.jpg', 'COM1', 'com1.png', 'LPT9.txt', 'CONIN$', 'clock$', 'x:stream.png', 'x.png::$DATA', 'name.', 'name.png.', 'name ', ' name', 'name.png ', '. ', '.. ', ' ..', '../ ',
  '', '.', '..', '/', '\\', './', '../', '...', '.git/config', '.env', '.kinograph-abc', 'kinograph.db', 'lock', 'a\nb.png', 'a\r\nX-Injected: 1.png', '\u202egnp.exe', '\ufeff', '\u0007', '__proto__', 'constructor', '\ud800.png',
]
const SHORT = NAMES.filter((name) => name.length < 4000)

const coded = (text: string) => encodeURIComponent(Buffer.from(text).toString())

/** Nothing of a secret, of a system file, or of a header of the attacker's comes back; nothing breaks. */
function expectHarmless(answer: RawAnswer, what: string): void {
  expect(answer.status, what).toBeGreaterThanOrEqual(200)
  expect(answer.status, what).toBeLessThan(500)
  expect(answer.text, what).not.toContain(SECRET)
  expect(answer.text, what).not.toMatch(/root:.*:0:0:|PATH=|x-injected: 1\r/i)
  expect(answer.text, what).not.toMatch(/\bat .*\.(js|ts):\d+/) // a stack
  expect(Object.keys(answer.headers), what).not.toContain('x-injected')
}

const READS: Readonly<Record<string, (name: string) => string>> = {
  '/view, filename': (name) => `/view?filename=${coded(name)}`,
  '/view, subfolder': (name) => `/view?filename=secret.txt&subfolder=${coded(name.replace(/[/\\]?secret\.(txt|png)$/, ''))}`,
  '/view, type': (name) => `/view?filename=secret.txt&type=${coded(name)}`,
  '/view of outputs': (name) => `/api/view?filename=${coded(name)}&type=output`,
  '/view of temporary files': (name) => `/view?filename=${coded(name)}&type=temp`,
  '/view as a preview': (name) => `/view?filename=${coded(name)}&type=input&preview=webp;90&channel=rgb`,
  '/view_metadata': (name) => `/view_metadata/checkpoints?filename=${coded(name)}`,
  '/view_metadata, folder': (name) => `/view_metadata/${coded(name)}?filename=secret.txt`,
  '/userdata': (name) => `/userdata/${coded(name)}`,
  '/userdata as it is': (name) => `/userdata/${name.replace(/[^!-~]/g, (c) => coded(c)).replace(/[?# ]/g, coded)}`,
  '/userdata, listed': (name) => `/userdata?dir=${coded(name)}&recurse=true&full_info=true`,
  '/v2/userdata': (name) => `/v2/userdata?path=${coded(name)}`,
  '/models': (name) => `/models/${coded(name)}`,
  '/experiment/models': (name) => `/experiment/models/${coded(name)}`,
  '/experiment/models/preview': (name) => `/experiment/models/preview/checkpoints/0/${coded(name)}`,
  '/object_info': (name) => `/object_info/${coded(name)}`,
  '/history': (name) => `/history/${coded(name)}`,
  '/extensions': (name) => `/extensions/${coded(name)}`,
  '/workflow_templates': (name) => `/api/workflow_templates/${coded(name)}`,
  '/i18n': (name) => `/i18n/${coded(name)}`,
  'a static file': (name) => `/${name.replace(/[^!-~]/g, (c) => coded(c)).replace(/[?# ]/g, coded)}`,
  'a static file below assets': (name) => `/assets/${name.replace(/[^!-~]/g, (c) => coded(c)).replace(/[?# ]/g, coded)}`,
  'our assets': (name) => `/api/assets/${coded(name)}`,
  'our assets, their content': (name) => `/api/assets/input/${coded(name)}`,
  'our thumbnails': (name) => `/api/assets/input/${coded(name)}/thumbnail`,
  'our workflows': (name) => `/api/workflows/${coded(name)}`,
  'our jobs': (name) => `/api/jobs/${coded(name)}`,
  'our models': (name) => `/api/models/inspect?path=${coded(name)}`,
  'our models, by path': (name) => `/api/models/${coded(name)}`,
}

test.each(Object.keys(READS))('%s gives nothing from outside (11)', async (which) => {
  const around = ground.around()
  for (const name of SHORT) expectHarmless(await ground.ask({ path: READS[which]!(name) }), `${which}: ${JSON.stringify(name)}`)
  expect(ground.around()).toEqual(around)
})

test('a name of 5,000 letters is refused, not looked for (11)', async () => {
  for (const [which, path] of Object.entries(READS)) expectHarmless(await ground.ask({ path: path('a'.repeat(5000)) }), which)
})

const UPLOADS: Readonly<Record<string, (name: string) => Promise<RawAnswer>>> = {
  'an upload by its filename': (name) => ground.ask({ path: '/upload/image', ...form('image', name.replace(/["\r\n]/g, '_'), PNG, { overwrite: 'true' }) }),
  'an upload by its encoded filename': (name) => ground.ask({ path: '/upload/image', ...form('image', coded(name), PNG, { overwrite: 'true' }) }),
  'an upload by its subfolder': (name) => ground.ask({ path: '/upload/image', ...form('image', 'made.png', PNG, { subfolder: name, overwrite: '1' }) }),
  'an upload by its type': (name) => ground.ask({ path: '/upload/image', ...form('image', 'made.png', PNG, { type: name }) }),
  'a mask by its filename': (name) => ground.ask({
    path: '/upload/mask', ...form('image', name.replace(/["\r\n]/g, '_'), PNG, { original_ref: '{"filename":"kept.png","type":"input"}' }),
  }),
  'a mask by the picture that it is for': (name) => ground.ask({
    path: '/upload/mask', ...form('image', 'mask.png', PNG, { original_ref: JSON.stringify({ filename: name, subfolder: name, type: 'input' }) }),
  }),
  'our upload': (name) => ground.ask({ path: '/api/assets', ...form('file', name.replace(/["\r\n]/g, '_'), PNG) }),
  'our upload into a folder': (name) => ground.ask({ path: '/api/assets', ...form('file', 'made.png', PNG, { folder: name, subfolder: name }) }),
}

test.each(Object.keys(UPLOADS))('%s is kept inside, or refused (11)', async (which) => {
  const around = ground.around('input', 'output')
  for (const name of SHORT) {
    const answer = await UPLOADS[which]!(name)
    expectHarmless(answer, `${which}: ${JSON.stringify(name)}`)
    const climbs = /(^|[/\\])\.\.([/\\]|$)/.test(name) || name.includes('\0')
    if (climbs && /subfolder|folder/.test(which)) expect(answer.status, JSON.stringify(name)).toBeGreaterThanOrEqual(400)
  }
  expect(ground.around('input', 'output')).toEqual(around)
  for (const path of filesBelow(input)) {
    for (const part of path.split('/')) {
      expect(part).not.toMatch(/[\x00-\x1f\\:]|^\.\.?$/) // eslint-disable-line no-control-regex
      expect(part, 'a name that Windows takes for a device, or shortens').not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[. ]$/i)
    }
  }
})

const WRITES: Readonly<Record<string, (name: string) => Promise<RawAnswer>>> = {
  'userdata': (name) => ground.ask({ method: 'POST', path: `/userdata/${coded(name)}?overwrite=true`, body: '{}' }),
  'userdata as it is': (name) => ground.ask({ method: 'POST', path: `/userdata/${name.replace(/[^!-~]/g, (c) => coded(c)).replace(/[?# ]/g, coded)}`, body: '{}' }),
  'a move to it': (name) => ground.ask({ method: 'POST', path: `/userdata/kept.json/move/${coded(name)}?overwrite=false`, body: '' }),
  'a move from it': (name) => ground.ask({ method: 'POST', path: `/userdata/${coded(name)}/move/taken.json?overwrite=true`, body: '' }),
  'its removal': (name) => ground.ask({ method: 'DELETE', path: `/userdata/${coded(name)}` }),
  'a setting': (name) => ground.ask({ method: 'POST', path: `/settings/${coded(name)}`, headers: [['Content-Type', 'application/json']], body: '"x"' }),
  'our workflow': (name) => ground.ask({ method: 'PUT', path: `/api/workflows/${coded(name)}`, headers: [['Content-Type', 'application/json']], body: '{"version":1,"nodes":[]}' }),
  'the removal of our workflow': (name) => ground.ask({ method: 'DELETE', path: `/api/workflows/${coded(name)}` }),
  'the removal of our asset': (name) => ground.ask({ method: 'DELETE', path: `/api/assets/${coded(name)}` }),
  'a run by name': (name) => ground.ask({ method: 'POST', path: `/api/run/${coded(name)}`, headers: [['Content-Type', 'application/json']], body: '{}' }),
}

test.each(Object.keys(WRITES))('%s changes nothing outside (11)', async (which) => {
  await ground.ask({ method: 'POST', path: '/userdata/kept.json?overwrite=true', body: '{}' })
  const around = ground.around(userdata, 'settings', 'input')
  for (const name of SHORT) {
    if (/^(\.|\/|\\|\.\/|)$/.test(name) && which.startsWith('its')) continue
    expectHarmless(await WRITES[which]!(name), `${which}: ${JSON.stringify(name)}`)
  }
  expect(ground.around(userdata, 'settings', 'input')).toEqual(around)
})

const INPUTS: readonly (readonly [string, string])[] = [
  ['LoadImage', 'image'], ['LoadVideo', 'file'], ['LoadDiT', 'model'], ['LoadMotionModule', 'file'], ['ApplyLoRA', 'file'], ['LoadWeights', 'file'],
]

test.each(INPUTS)('%s.%s names nothing outside (11)', async (type, name) => {
  for (const value of ['../secret.png', '../../outside/secret.png', '/etc/passwd', '..\\secret.png', '/dev/zero', 'a\0b', 'C:\\x', '%2e%2e/secret.png', '', '.', '..', 'http://127.0.0.1:1/x']) {
    const { status, said } = await run(ground, {
      1: { class_type: type, inputs: { [name]: value } },
      2: { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
    })
    expect(['refused', 'error'], `${JSON.stringify(value)}: ${said}`).toContain(status)
    expect(said).not.toContain(SECRET)
  }
})

const PREFIXES: readonly string[] = [
  '../escaped', '../../outside/escaped', '/tmp/kinograph-escaped', '..\\escaped', 'a/../../escaped', 'a\0b', 'C:\\escaped', '%2e%2e/escaped', '..', '.', '', '/', 'x/', 'CON',
  '%date:../../yyyy%', '%date:/yyyy%', '%1.color%/../../escaped', '%1.text%', '%year%/%month%/../../../escaped', '%%2e%%2e/escaped', 'a\r\nb', 'p'.repeat(400), '-x', '.hidden',
]

test.each(['SaveImage', 'SaveAnimatedWEBP'])('%s writes below the output folder, whatever its prefix and its tokens say (11, 15)', async (type) => {
  const around = ground.around('output')
  for (const prefix of PREFIXES) {
    const result = await run(ground, {
      1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0, text: '../../escaped' } },
      2: { class_type: type, inputs: { images: ['1', 0], filename_prefix: prefix, fps: 6, lossless: true, quality: 80, method: 'default' } },
    })
    for (const { filename, subfolder, type: folder } of Object.values(result.outputs).flatMap((one) => one['images'] ?? [])) {
      expect(folder).toBe('output')
      expect(join(output, subfolder, filename).startsWith(`${output}/`), prefix).toBe(true)
      expect(existsSync(join(output, subfolder, filename)), prefix).toBe(true)
    }
  }
  expect(ground.around('output')).toEqual(around)
  expect(existsSync('/tmp/kinograph-escaped')).toBe(false)
  for (const path of filesBelow(output)) expect(path).not.toMatch(/(^|\/)\.\.(\/|$)|[\x00-\x1f\\]/) // eslint-disable-line no-control-regex
})

test('names that differ only in their form are one, or two, but never one file under the name of another (11)', async () => {
  const composed = '\u00c5.png'
  const decomposed = 'A\u030a.png'
  const other = Buffer.concat([PNG, Buffer.from('second')])
  for (const [name, content] of [[composed, PNG], [decomposed, other], ['Case.png', PNG], ['CASE.png', other]] as const) {
    const answer = await ground.ask({ path: '/upload/image', ...form('image', name, content) })
    expect(answer.status).toBe(200)
    const { name: given } = JSON.parse(answer.body) as { name: string } // ComfyUI's answer
    const back = await ground.ask({ path: `/view?filename=${coded(given)}&type=input` })
    expect(back.bytes.equals(content), name).toBe(true)
  }
})

test('links that lead out of a folder are not followed, neither to read nor to write (12)', async () => {
  for (const folder of [input, output]) {
    symlinkSync(join(ground.outside, 'secret.png'), join(folder, 'link.png'))
    symlinkSync(ground.outside, join(folder, 'linked'))
    symlinkSync('../../outside', join(folder, 'relative'))
    symlinkSync(join(folder, 'nowhere.png'), join(folder, 'dangling.png'))
    symlinkSync('loop.png', join(folder, 'loop.png'))
  }
  const around = ground.around('input', 'output')
  for (const type of ['input', 'output']) {
    for (const [filename = '', subfolder = ''] of [['link.png', ''], ['secret.png', 'linked'], ['secret.png', 'relative'], ['dangling.png', ''], ['loop.png', ''], ['linked', '']]) {
      for (const more of ['', '&preview=webp;50', '&channel=a']) {
        const answer = await ground.ask({ path: `/view?filename=${filename}&subfolder=${subfolder}&type=${type}${more}` })
        expectHarmless(answer, `${type}/${subfolder}/${filename}`)
        expect(answer.status, `${type}/${subfolder}/${filename}`).toBeGreaterThanOrEqual(400)
      }
    }
  }
  for (const [filename, subfolder] of [['link.png', ''], ['old.txt', 'linked'], ['new.png', 'linked'], ['new.png', 'relative'], ['new.png', 'linked/deep/er'], ['dangling.png', ''], ['loop.png', '']]) {
    expectHarmless(await ground.ask({ path: '/upload/image', ...form('image', filename!, PNG, { subfolder: subfolder!, overwrite: 'true' }) }), `${subfolder}/${filename}`)
  }
  const { status } = await run(ground, {
    1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } },
    2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'linked/escaped' } },
  })
  expect(['refused', 'error', 'success']).toContain(status)
  expect(ground.around('input', 'output')).toEqual(around)
  expect(readFileSync(join(ground.outside, 'secret.png')).includes(SECRET)).toBe(true)
})

test('a file that another name shares is replaced, not written through (12)', async () => {
  linkSync(join(ground.outside, 'old.txt'), join(input, 'shared.png'))
  const answer = await ground.ask({ path: '/upload/image', ...form('image', 'shared.png', PNG, { overwrite: 'true' }) })
  expectHarmless(answer, 'shared.png')
  expect(readFileSync(join(ground.outside, 'old.txt'), 'utf8')).toBe('old')
})

test('a folder that turns into a link between check and use gives nothing away (12)', async () => {
  const swapped = join(input, 'swapped')
  const around = ground.around('input')
  const flip = { goesOn: true, turns: 0 }
  const become = (make: () => void) => {
    try {
      rmSync(swapped, { recursive: true, force: true })
      make()
    } catch {
      // the server made a folder, or a file in it, at this very moment: next time
    }
  }
  const flipping = (async () => {
    for (; flip.goesOn; flip.turns++) {
      become(() => symlinkSync(ground.outside, swapped))
      if (flip.turns % 3 === 0) await turn()
      become(() => {
        mkdirSync(swapped)
        writeFileSync(join(swapped, 'secret.png'), PNG)
      })
      if (flip.turns % 5 === 0) await turn()
    }
  })()
  const reads = async () => {
    for (let i = 0; i < 150; i++) {
      expectHarmless(await ground.ask({ path: '/view?filename=secret.png&subfolder=swapped&type=input' }), 'a read')
    }
  }
  const writes = async () => {
    for (let i = 0; i < 60; i++) {
      expectHarmless(await ground.ask({ path: '/upload/image', ...form('image', `new-${i}.png`, PNG, { subfolder: 'swapped', overwrite: 'true' }) }), 'a write')
    }
  }
  try {
    await Promise.all([reads(), reads(), writes()])
  } finally {
    flip.goesOn = false
    await flipping
  }
  expect(flip.turns).toBeGreaterThan(100)
  expect(ground.around('input')).toEqual(around)
})

test('things that are no files are not read (12, 42)', async () => {
  const { spawnSync } = await import('node:child_process')
  expect(spawnSync('mkfifo', [join(input, 'pipe.png')]).status).toBe(0)
  mkdirSync(join(input, 'folder.png'))
  for (const filename of ['pipe.png', 'folder.png']) {
    for (const more of ['', '&preview=webp;50']) {
      const answer = await ground.ask({ path: `/view?filename=${filename}&type=input${more}` })
      expect(answer.status, filename).toBeGreaterThanOrEqual(400)
      expect(answer.status, filename).toBeLessThan(500)
    }
    const { status } = await run(ground, { 1: { class_type: 'LoadImage', inputs: { image: filename } }, 2: { class_type: 'PreviewImage', inputs: { images: ['1', 0] } } })
    expect(['refused', 'error']).toContain(status)
  }
})

test('an upload takes no other\'s place unless it says so (13)', async () => {
  const first = await ground.ask({ path: '/upload/image', ...form('image', 'same.png', PNG) })
  const other = Buffer.concat([PNG, Buffer.from('other')])
  const second = await ground.ask({ path: '/upload/image', ...form('image', 'same.png', other) })
  const names = [first, second].map(({ body }) => (JSON.parse(body) as { name: string }).name) // ComfyUI's answer
  expect(names[0]).toBe('same.png')
  expect(names[1]).not.toBe('same.png')
  expect(readFileSync(join(input, 'same.png')).equals(PNG)).toBe(true)
  expect(readFileSync(join(input, names[1]!)).equals(other)).toBe(true)
  const again = await ground.ask({ path: '/upload/image', ...form('image', 'same.png', other, { overwrite: 'true' }) })
  expect(again.status).toBe(200)
  expect(readFileSync(join(input, 'same.png')).equals(other)).toBe(true)
})

test('many uploads of one name at once each keep their content (13)', async () => {
  const contents = Array.from({ length: 12 }, (_, i) => Buffer.concat([PNG, Buffer.from(`number ${i}`)]))
  const answers = await Promise.all(contents.map((content) => ground.ask({ path: '/upload/image', ...form('image', 'race.png', content) })))
  const names = answers.map(({ body }) => (JSON.parse(body) as { name: string }).name) // ComfyUI's answer
  expect(new Set(names).size).toBe(12)
  names.forEach((name, i) => expect(readFileSync(join(input, name)).equals(contents[i]!), name).toBe(true))
})

test('whoever reads while a file is replaced gets one of the two, whole (13)', async () => {
  const size = 2_000_000
  const one = Buffer.concat([PNG, Buffer.alloc(size, 1)])
  const two = Buffer.concat([PNG, Buffer.alloc(size, 2)])
  const put = (content: Buffer) => ground.ask({ path: '/upload/image', ...form('image', 'replaced.png', content, { overwrite: 'true' }) })
  expect((await put(one)).status).toBe(200)
  const writing = (async () => {
    for (let i = 0; i < 20; i++) await put(i % 2 === 0 ? two : one)
  })()
  for (let i = 0; i < 20; i++) {
    const { bytes, status } = await ground.ask({ path: '/view?filename=replaced.png&type=input' })
    expect(status).toBe(200)
    expect(bytes.equals(one) || bytes.equals(two)).toBe(true)
  }
  await writing
})

test('a job whose picture is replaced while it runs sees one of the two, whole (13)', async () => {
  const { default: sharp } = await import('sharp')
  const plain = (value: number) => sharp({ create: { width: 1200, height: 1200, channels: 3, background: { r: value, g: value, b: value } } }).png({ compressionLevel: 0 }).toBuffer()
  const [black, white] = await Promise.all([plain(0), plain(255)])
  const put = async (content: Buffer) => {
    const answer = await ground.ask({ path: '/upload/image', ...form('image', 'running.png', content, { overwrite: 'true' }) })
    expect(answer.status, answer.body).toBe(200)
  }
  await put(black)
  const replacing = (async () => {
    for (let i = 0; i < 16; i++) await put(i % 2 === 0 ? white : black)
  })()
  for (let i = 0; i < 6; i++) {
    const { status, said, outputs } = await run(ground, {
      1: { class_type: 'LoadImage', inputs: { image: 'running.png' } },
      2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: `replaced-${i}` } },
    })
    expect(status, said).toBe('success')
    const { filename, subfolder } = outputs['2']!['images']![0]!
    const { channels } = await sharp(join(output, subfolder, filename)).stats()
    expect(channels[0]!.min).toBe(channels[0]!.max)
  }
  await replacing
})

test('nothing that is stored for a person becomes settings, a plugin or a script of the server (14)', async () => {
  const around = ground.around(userdata, 'settings')
  for (const name of ['kinograph.config.json', '../kinograph.config.json', 'plugins/evil/index.ts', '../plugins/evil/index.js', 'comfy.settings.json', '.npmrc', 'node_modules/x/index.js']) {
    const answer = await ground.ask({ method: 'POST', path: `/userdata/${coded(name)}?overwrite=true`, body: 'export default () => { throw new Error("loaded") }' })
    expectHarmless(answer, name)
  }
  expect(ground.around(userdata, 'settings')).toEqual(around)
  const back = await ground.ask({ path: `/userdata/${coded('plugins/evil/index.ts')}` })
  if (back.status === 200) {
    expect(back.headers['content-type']).not.toMatch(/javascript|html|typescript/)
    expect(back.headers['content-security-policy']).toContain('sandbox')
  }
  const settings = await ground.post('/settings', { 'host': '0.0.0.0', 'tokens': [], 'allowedOrigins': ['*'], '__proto__': { scopes: ['admin'] }, 'Comfy.Color': 'dark' })
  expect(settings.status).toBeLessThan(500)
  expect((await ground.ask({ method: 'POST', path: '/free', headers: [['Origin', 'http://evil.test']], body: '{}' })).status).toBe(403)
})

test('what is shown never runs: pages, drawings and scripts that were uploaded (14, 28)', async () => {
  const bodies = { 'page.html': '<script>alert(1)</script>', 'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'code.js': 'alert(1)', 'x.xhtml': '<html/>', 'fake.png': '<script>alert(1)</script>' }
  for (const [name, body] of Object.entries(bodies)) writeFileSync(join(input, name), body)
  for (const name of Object.keys(bodies)) {
    const answer = await ground.ask({ path: `/view?filename=${name}&type=input` })
    if (answer.status !== 200) continue
    expect(answer.headers['content-type'], name).not.toMatch(/html|svg|javascript|xml|ecmascript/i)
    expect(answer.headers['x-content-type-options'], name).toBe('nosniff')
    expect(answer.headers['content-security-policy'], name).toMatch(/default-src 'none'.*sandbox/)
  }
})

test('a name cannot add a header (16)', async () => {
  for (const name of ['a\r\nX-Injected: 1.png', 'a"; filename="b.html', 'a\nSet-Cookie: x=1', '\u{1F3AC} fil\u00fc "quoted" \\ .png', "a'b;c,d.png"]) {
    const stored = name.replace(/[/\0]/g, '_')
    writeFileSync(join(input, stored), PNG)
    const answer = await ground.ask({ path: `/view?filename=${coded(name)}&type=input` })
    expectHarmless(answer, name)
    expect(answer.headers['set-cookie'], name).toBeUndefined()
    expect(answer.headers['content-disposition'] ?? '', name).toMatch(/^[\x20-\x7e]*$/)
    expect(answer.headers['content-disposition'] ?? '', name).not.toMatch(/filename="[^"\\]*(?:\\.[^"\\]*)*";\s*filename="/)
    rmSync(join(input, stored))
  }
  for (const path of ['/history/a%0d%0aX-Injected:%201', '/api/jobs/a%0d%0aX-Injected:%201', '/login?next=%0d%0aX-Injected:%201', '/a%0d%0aX-Injected:%201']) expectHarmless(await ground.ask({ path }), path)
})

test('a form is a form: JSON that names a file is none (17)', async () => {
  const path = join(ground.outside, 'secret.png')
  const file = { path, filepath: path, name: 'a.png', originalFilename: 'a.png', size: 10, type: 'image/png' }
  const before = filesBelow(input)
  for (const target of ['/upload/image', '/upload/mask', '/api/assets']) {
    for (const body of [{ files: [file] }, { image: file }, { file }, { files: { image: file } }, { image: `@${path}` }]) {
      const types = ['application/json', 'application/json; boundary=b', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data', 'multipart/mixed; boundary=b', 'multipart/form-data; boundary=', 'Multipart/Form-Data;boundary="x', '']
      for (const type of types) {
        const answer = await ground.ask({ method: 'POST', path: target, headers: type === '' ? [] : [['Content-Type', type]], body: JSON.stringify(body) })
        expect(answer.status, `${target} ${type}`).toBeGreaterThanOrEqual(400)
        expectHarmless(answer, `${target} ${type}`)
      }
    }
    const path2 = await ground.ask({ path: target, ...form('image', 'a.png', PNG, { 'image.path': path, 'files[].path': path, '__proto__': path }) })
    expectHarmless(path2, target)
    const listed = await ground.ask({
      method: 'POST', path: target, headers: [['Content-Type', 'multipart/form-data; boundary=b']],
      body: `--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n${path}\r\n--b--\r\n`,
    })
    expect(listed.status).toBeGreaterThanOrEqual(400)
  }
  for (const name of filesBelow(input).filter((one) => !before.includes(one))) {
    if (lstatSync(join(input, name)).isFile()) expect(readFileSync(join(input, name)).includes(SECRET), name).toBe(false)
  }
})

test('a form that ends early, or never begins, leaves nothing behind (17)', async () => {
  const before = filesBelow(input)
  const { body } = form('image', 'cut.png', Buffer.alloc(100_000, 7))
  const whole = Buffer.from(body!)
  for (const part of [whole.subarray(0, 50_000), whole.subarray(0, 60), Buffer.alloc(0), Buffer.from('--b0undary--\r\n'), Buffer.from('x'.repeat(1000))]) {
    const answer = await ground.ask({ method: 'POST', path: '/upload/image', headers: [['Content-Type', 'multipart/form-data; boundary=b0undary']], body: part })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  }
  expect(filesBelow(input)).toEqual(before)
  expect(statSync(join(input, 'kept.png')).size).toBe(PNG.length)
})
