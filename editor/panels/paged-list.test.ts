import { expect, test } from 'vitest'
import { PagedList, type Page } from './paged-list.ts'

/** Pages over these, newest first, with cursors that stand for the last item seen. */
const pagesOf = (all: () => readonly number[]) => (after: string | undefined, limit: number): Promise<Page<number>> => {
  const from = after === undefined ? 0 : all().findIndex((one) => one < Number(after))
  const items = all().slice(from, from + limit)
  return Promise.resolve({ items, total: all().length, ...(from + limit < all().length && { next: String(items.at(-1)) }) })
}

test('pages follow one another to the end, and no further', async () => {
  const list = new PagedList(pagesOf(() => [5, 4, 3, 2, 1]), 2)
  expect(list.state.value).toEqual({ items: [], total: 0, hasMore: false, state: 'first' })
  await list.refresh()
  expect(list.state.value).toEqual({ items: [5, 4], total: 5, hasMore: true, state: 'idle' })
  await list.more()
  await list.more()
  await list.more()
  expect(list.state.value).toEqual({ items: [5, 4, 3, 2, 1], total: 5, hasMore: false, state: 'idle' })
})

test('begun again it has as many as before, with what is new', async () => {
  let all: readonly number[] = [5, 4, 3, 2, 1]
  const list = new PagedList(pagesOf(() => all), 2)
  await list.refresh()
  await list.more()
  all = [6, ...all]
  await list.refresh()
  expect(list.state.value.items).toEqual([6, 5, 4, 3])
  await list.more()
  expect(list.state.value.items).toEqual([6, 5, 4, 3, 2, 1])
})

test('an answer that came too late changes nothing', async () => {
  const waiting: ((page: Page<number>) => void)[] = []
  const list = new PagedList<number>(() => new Promise((resolve) => waiting.push(resolve)), 2)
  const [first, second] = [list.refresh(), list.refresh()]
  waiting[1]!({ items: [2], total: 1 })
  await second
  waiting[0]!({ items: [1], total: 1 })
  await first
  expect(list.state.value.items).toEqual([2])
})

test('what was there stays when the next can\'t be had', async () => {
  let isDown = false
  const list = new PagedList((after, limit) => (isDown ? Promise.reject(new Error('down')) : pagesOf(() => [3, 2, 1])(after, limit)), 2)
  await list.refresh()
  isDown = true
  await list.more()
  expect(list.state.value).toEqual({ items: [3, 2], total: 3, hasMore: true, state: 'failed' })
  isDown = false
  await list.more()
  expect(list.state.value.items).toEqual([3, 2, 1])
})
