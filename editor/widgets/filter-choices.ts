/** Which of many choices a few typed letters mean. */

/** Those that hold all words of the text, best first: equal, beginning so, a word of it beginning so, anywhere. Otherwise in their order. */
export function filterChoices(choices: readonly string[], text: string): readonly string[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return choices
  const ranked = choices.flatMap((choice, index) => {
    const ranks = words.map((word) => rankOf(choice.toLowerCase(), word))
    return ranks.includes(Infinity) ? [] : [{ choice, index, rank: ranks.reduce((sum, rank) => sum + rank, 0) }]
  })
  return ranked.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ choice }) => choice)
}

function rankOf(choice: string, word: string): number {
  const at = choice.indexOf(word)
  if (at < 0) return Infinity
  if (choice === word) return 0
  if (at === 0) return 1
  return /[^\p{L}\p{N}]/u.test(choice[at - 1]!) ? 2 : 3
}
