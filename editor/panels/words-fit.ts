/** Whether every word of a search stands somewhere in these texts. */
export function wordsFit(search: string, ...texts: readonly (string | undefined)[]): boolean {
  const all = texts.filter(Boolean).join(' ').toLocaleLowerCase()
  return search.toLocaleLowerCase().split(/\s+/).every((word) => all.includes(word))
}
