/** fmt, diff, merge and migrate, and the help of a workflow, as people and git use them. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { cli, root, scratchFolder } from './harness.ts'

const textToVideo = join(root, 'workflows', 'text-to-video.json')
const file = (name: string, content: string | object, folder = scratchFolder()) => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const example = () => JSON.parse(readFileSync(textToVideo, 'utf8'))
const changed = (inputs: object, extra: object = {}) => {
  const workflow = example()
  const sampler = workflow.nodes.find(({ id }: { id: string }) => id === 'sampler')
  Object.assign(sampler.inputs, inputs)
  return { ...workflow, ...extra }
}

describe('fmt', () => {
  test('writes files in their canonical form and names those that it changed', async () => {
    const folder = scratchFolder()
    const [messy, fine] = [file('messy.json', example(), folder), file('fine.json', readFileSync(textToVideo, 'utf8'), folder)]
    expect(await cli(['fmt', '--check', messy, fine])).toMatchObject({ code: 1, stdout: `${messy}\n`, stderr: '' })
    expect(await cli(['fmt', messy, fine])).toMatchObject({ code: 0, stdout: `${messy}\n`, stderr: '' })
    expect(readFileSync(messy, 'utf8')).toBe(readFileSync(textToVideo, 'utf8'))
    expect(await cli(['fmt', '--check', messy, fine])).toMatchObject({ code: 0, stdout: '' })
  })

  test('says of each file what is wrong with it, and does the others', async () => {
    const folder = scratchFolder()
    const [bad, messy] = [file('bad.json', '{"version": 1}', folder), file('messy.json', example(), folder)]
    const result = await cli(['fmt', bad, join(folder, 'none.json'), messy])
    expect(result).toMatchObject({ code: 2, stdout: `${messy}\n` })
    expect(result.stderr).toBe(
      `error: ${bad}: the field "nodes" is missing. Add it.\nerror: ${join(folder, 'none.json')}: there is no such file. Check the path.\n`,
    )
  })

  test('the saved examples are canonical', async () => {
    const names = ['text-to-video', 'text-to-image', 'text-to-video-lora', 'image-variation', 'easyanimate-v1']
    expect(await cli(['fmt', '--check', ...names.map((name) => join(root, 'workflows', `${name}.json`))])).toMatchObject({ code: 0 })
  })
})

describe('diff', () => {
  test('tells changes in words or as JSON; 1 when there are any', async () => {
    const after = file('after.json', changed({ steps: 99 }, { title: 'Mine' }))
    const diff = await cli(['diff', textToVideo, after])
    expect(diff).toMatchObject({ code: 1, stderr: '' })
    expect(diff.stdout).toMatch(/^the workflow's title "Text to video" → "Mine"\nSampler\.steps \d+ → 99\n$/)
    expect(JSON.parse((await cli(['diff', textToVideo, after, '--json'])).stdout)).toMatchObject({
      changes: [{ of: 'file', name: 'title' }, { of: 'input', node: { id: 'sampler' }, name: 'steps', after: 99 }],
    })
    expect(await cli(['diff', textToVideo, textToVideo])).toMatchObject({ code: 0, stdout: 'No difference.\n' })
  })

  test('layout alone is no difference to a run', async () => {
    const workflow = example()
    workflow.nodes[0].position = [900, 900]
    expect(await cli(['diff', textToVideo, file('moved.json', workflow)])).toMatchObject({
      code: 0, stdout: 'Layout only: 1 node moved.\n',
    })
  })

  test('reads ComfyUI\'s formats too', async () => {
    const api = file('api.json', { 3: { class_type: 'Note', inputs: { text: 'a' } } })
    const later = file('later.json', { 3: { class_type: 'Note', inputs: { text: 'b' } } })
    expect(await cli(['diff', api, later])).toMatchObject({ code: 1, stdout: 'Note.text "a" → "b"\n', stderr: '' })
  })

  test('what can\'t be read is 2', async () => {
    expect(await cli(['diff', textToVideo, '/nowhere.json'])).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('merge', () => {
  test('prints or writes the two in one', async () => {
    const folder = scratchFolder()
    const ours = file('ours.json', changed({ steps: 99 }), folder)
    const theirs = file('theirs.json', changed({ guidance: 3 }), folder)
    const merged = formatWorkflow(changed({ steps: 99, guidance: 3 }))
    expect(await cli(['merge', textToVideo, ours, theirs])).toMatchObject({ code: 0, stdout: merged, stderr: '' })
    expect(await cli(['merge', textToVideo, ours, theirs, '-o', ours])).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(ours, 'utf8')).toBe(merged)
  })

  test('lists conflicts by node and input, keeps ours, exits with 1', async () => {
    const folder = scratchFolder()
    const [ours, theirs] = [file('ours.json', changed({ steps: 98 }), folder), file('theirs.json', changed({ steps: 99 }), folder)]
    const result = await cli(['merge', textToVideo, ours, theirs, '--output', join(folder, 'out.json'), '--name', 'clip.json'])
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(/^conflict: Sampler\.steps: ours 98, theirs 99 \(was \d+\)\nOne conflict: clip\.json has ours there\.\n$/)
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe(formatWorkflow(changed({ steps: 98 })))
  })

  test('calls a side that can\'t be read by the name that git gives, not by that of a passing file', async () => {
    const broken = file('broken.json', '{', scratchFolder())
    const result = await cli(['merge', textToVideo, textToVideo, broken, '--name', 'clip.json'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: clip\.json \(theirs\), line 1, column 2: the text is not JSON/)
  })

  test('as git\'s merge driver it merges branches that git alone can\'t, and marks what conflicts', () => {
    const folder = scratchFolder()
    const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: folder, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', HOME: folder },
    })
    const commit = (workflow: object, message: string) => {
      writeFileSync(join(folder, 'clip.json'), formatWorkflow(workflow as never)) // what parsing gave is a workflow
      git('commit', '-qam', message)
    }
    git('init', '-q', '-b', 'main')
    writeFileSync(join(folder, '.gitattributes'), '*.json merge=kinograph\n')
    writeFileSync(join(folder, 'clip.json'), readFileSync(textToVideo))
    git('config', 'merge.kinograph.driver', `"${process.execPath}" "${join(root, 'bin', 'kinograph.js')}" merge %O %A %B -o %A --name %P`)
    git('add', '.')
    git('commit', '-qm', 'base')
    git('checkout', '-qb', 'theirs')
    commit(changed({ guidance: 3 }), 'theirs')
    git('checkout', '-q', 'main')
    commit(changed({ steps: 99 }), 'ours') // the line beside theirs: git's own merge conflicts
    git('merge', '-q', 'theirs', '-m', 'both')
    expect(readFileSync(join(folder, 'clip.json'), 'utf8')).toBe(formatWorkflow(changed({ steps: 99, guidance: 3 })))

    git('checkout', '-qb', 'other', 'theirs')
    commit(changed({ guidance: 3, steps: 5 }), 'other')
    git('checkout', '-q', 'main')
    expect(() => git('merge', 'other', '-m', 'fails')).toThrow('conflict: Sampler.steps: ours 99, theirs 5')
    expect(git('status', '--short')).toBe('UU clip.json\n')
  })
})

test('migrate: nothing to do for files of today', async () => {
  const path = file('a.json', readFileSync(textToVideo, 'utf8'))
  expect(await cli(['migrate', '--check', path])).toMatchObject({ code: 0, stdout: `${path}: nothing to do\n`, stderr: '' })
  const messy = file('b.json', example())
  expect(await cli(['migrate', '--check', messy])).toMatchObject({ code: 1 })
  expect(await cli(['migrate', messy])).toMatchObject({ code: 0, stdout: `${messy}: written as it is written today\n` })
  expect(readFileSync(messy, 'utf8')).toBe(readFileSync(textToVideo, 'utf8'))
})

test('run WORKFLOW --help lists the parameters of the workflow with types and ranges', async () => {
  const help = await cli(['run', textToVideo, '--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain(`Usage: kinograph run ${textToVideo} [--PARAMETER VALUE …] [OPTIONS]\n`)
  expect(help.stdout).toMatch(/--steps INT +denoising steps; 1 to \d+; now \d+\n/)
  expect(help.stdout).toMatch(/--scheduler CHOICE .*; one of Euler, /)
  expect(await cli(['run', '/nowhere.json', '--help'])).toMatchObject({ code: 2 })
})
