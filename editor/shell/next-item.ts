/** Where a key leads in a list of labels: arrows go round, letters to the next that begins with them. */
export function nextItem(key: string, at: number, labels: readonly string[]): number | undefined {
  const count = labels.length
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at + count - 1) % count
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  if ([...key].length !== 1 || key === ' ') return undefined
  const order = [...labels.keys()].map((offset) => (at + 1 + offset) % count)
  return order.find((index) => labels[index]?.toLocaleLowerCase().startsWith(key.toLocaleLowerCase()))
}
