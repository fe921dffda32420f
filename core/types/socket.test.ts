import { describe, expect, test } from 'vitest'
import { alwaysFits, fits, socketText, type SocketType } from './socket.ts'

const list = (socket: SocketType): SocketType => ({ list: socket })
const anyOf = (...sockets: SocketType[]): SocketType => ({ anyOf: sockets })

describe('whether an output fits an input', () => {
  //                                     from              to                     may   always
  test.each<[SocketType, SocketType, boolean, boolean]>([
    ['IMAGE', 'IMAGE', true, true],
    ['IMAGE', 'LATENT', false, false],
    ['INT', 'FLOAT', true, true],
    ['FLOAT', 'INT', false, false],
    ['COMBO', 'STRING', true, true],
    ['STRING', 'COMBO', false, false],
    ['IMAGE', '*', true, true],
    ['*', 'IMAGE', true, false],
    ['IMAGE', anyOf('VIDEO', 'IMAGE'), true, true],
    [anyOf('VIDEO', 'IMAGE'), 'IMAGE', true, false],
    [anyOf('VIDEO', 'IMAGE'), anyOf('IMAGE', 'VIDEO', 'MASK'), true, true],
    [anyOf('VIDEO', 'MASK'), 'IMAGE', false, false],
    [list('IMAGE'), list('IMAGE'), true, true],
    [list('INT'), list('FLOAT'), true, true],
    [list('IMAGE'), 'IMAGE', false, false],
    ['IMAGE', list('IMAGE'), false, false],
    [list('*'), list('IMAGE'), true, false],
  ])('%j to %j: %s, always: %s', (from, to, may, always) => {
    expect(fits(from, to)).toBe(may)
    expect(alwaysFits(from, to)).toBe(always)
  })
})

test('socketText reads as a person would say it', () => {
  expect(socketText('*')).toBe('anything')
  expect(socketText(anyOf('VIDEO', 'IMAGE'))).toBe('VIDEO or IMAGE')
  expect(socketText(list(anyOf('VIDEO', 'IMAGE')))).toBe('list of (VIDEO or IMAGE)')
})
