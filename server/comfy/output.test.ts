import { expect, test } from 'vitest'
import { comfyOutput } from './output.ts'

const file = (filename: string) => ({ filename, subfolder: '', type: 'output' })

test('files are found under images, whatever kind a node names, and videos are said to move', () => {
  expect(comfyOutput({ images: [file('a.png')] })).toEqual({ images: [file('a.png')] })
  expect(comfyOutput({ videos: [file('a.mp4')], text: ['x'] })).toEqual({ videos: [file('a.mp4')], text: ['x'], images: [file('a.mp4')], animated: [true] })
  expect(comfyOutput({ pictures: [file('a.png')] })).toEqual({ pictures: [file('a.png')], images: [file('a.png')] })
  expect(comfyOutput({ text: ['x'] })).toEqual({ text: ['x'] })
})
