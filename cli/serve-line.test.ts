import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from './arguments.ts'
import { serveLine } from './serve-line.ts'

const NOTHING = {}

test('an empty line says nothing, so that the file may', () => {
  const { plugins, safe, devices, allowedHosts, allowedOrigins, ...rest } = serveLine([], NOTHING)
  expect([plugins, devices, allowedHosts, allowedOrigins]).toEqual([[], [], [], []])
  expect(safe).toBe(false)
  expect(new Set(Object.values(rest))).toEqual(new Set([undefined]))
})

test('options are taken from the line, and what is not said there from the environment', () => {
  const line = serveLine(['--port=0', '--host', '::1', '--device=cpu', '--device=webgpu', '--drain-seconds=7', '--no-cache', '--allow-host=a.test',
    '--allow-origin=https://b.test', '--models-dir=m', '--config=c.json'], { KINOGRAPH_TOKEN: 't', KINOGRAPH_PLUGINS: 'p', KINOGRAPH_MODELS_DIR: 'n' })
  expect(line).toMatchObject({
    port: 0, host: '::1', devices: ['cpu', 'webgpu'], drainSeconds: 7, cache: { mode: 'none' }, allowedHosts: ['a.test'], allowedOrigins: ['https://b.test'],
    models: 'm', file: 'c.json', token: 't', plugins: [resolve('p')],
  })
  expect(serveLine(['--token=u'], { KINOGRAPH_TOKEN: 't' }).token).toBe('u')
  expect(serveLine([], { KINOGRAPH_SAFE: '1' })).toMatchObject({ safe: true, plugins: [] })
})

test('what can\'t be understood is refused with what was expected', () => {
  const refusal = (...argv: string[]) => {
    try {
      serveLine(argv, NOTHING)
      return 'accepted'
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
      return (error as UsageError).message
    }
  }
  expect([refusal('--port=http'), refusal('--port=65536'), refusal('--drain-seconds=-1'), refusal('--device=gpu'), refusal('--allow-origin=b.test'),
    refusal('--prot=1'), refusal('workflow.json')]).toMatchInlineSnapshot(`
      [
        "--port: expected a whole number from 0 to 65535, got "http".",
        "--port: expected a whole number from 0 to 65535, got "65536".",
        "--drain-seconds: expected a whole number from 0 to 86400, got "-1".",
        "--device: expected cpu, cuda, webgpu, got "gpu".",
        "--allow-origin: expected an origin such as https://editor.example.org, got "b.test".",
        "kinograph serve has no option --prot. Did you mean --port?",
        "kinograph serve takes no operand, but got "workflow.json" as well. Put a value with spaces in quotes.",
      ]
    `)
})
