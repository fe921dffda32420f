/** Tokens cut from a text before the model splits the rest (transformers' AddedToken, tokenizers' AddedVocabulary). */

export interface AddedToken {
  readonly id: number
  readonly content: string
  /** White space before it is swallowed. */
  readonly lstrip: boolean
  /** White space behind it is swallowed. */
  readonly rstrip: boolean
  /** It counts only where no word character touches it. */
  readonly singleWord: boolean
  /** It is looked for in normalised text, not in the text as given. */
  readonly normalized: boolean
}

/** A stretch `[start, end)` of a text, and the added token that it is, if it is one. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly token: AddedToken | null
}

interface TokenNode {
  readonly next: Map<number, TokenNode>
  token: AddedToken | null
}

/** Finds added tokens: of those that start first, the longest. */
export class AddedTokenFinder {
  readonly #root: TokenNode = { next: new Map(), token: null }
  /** The tokens by their text; a later one of the same text replaces an earlier. */
  readonly byContent: ReadonlyMap<string, AddedToken>

  constructor(tokens: Iterable<AddedToken>) {
    const byContent = new Map<string, AddedToken>()
    for (const token of tokens) {
      if (token.content === '') continue
      byContent.set(token.content, token)
      this.#add(token)
    }
    this.byContent = byContent
  }

  /** The whole text as stretches in order, none of them empty. */
  split(text: string): Stretch[] {
    const stretches: Stretch[] = []
    let plain = 0
    for (let start = 0; start < text.length; ) {
      const token = this.#longestAt(text, start)
      if (token === null) {
        start++
        continue
      }
      if (plain < start) stretches.push({ start: plain, end: start, token: null })
      const end = start + token.content.length
      stretches.push({ start, end, token })
      plain = start = end
    }
    if (plain < text.length) stretches.push({ start: plain, end: text.length, token: null })
    return stretches
  }

  #add(token: AddedToken): void {
    let node = this.#root
    for (let i = 0; i < token.content.length; i++) {
      const unit = token.content.charCodeAt(i)
      const next = node.next.get(unit) ?? { next: new Map(), token: null }
      node.next.set(unit, next)
      node = next
    }
    node.token = token
  }

  #longestAt(text: string, start: number): AddedToken | null {
    let longest: AddedToken | null = null
    let node = this.#root.next.get(text.charCodeAt(start))
    for (let at = start + 1; node !== undefined; at++) {
      longest = node.token ?? longest
      node = at < text.length ? node.next.get(text.charCodeAt(at)) : undefined
    }
    return longest
  }
}
