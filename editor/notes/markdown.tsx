import { lexer, type Token, type Tokens } from 'marked'
import type { ComponentChildren } from 'preact'
import { isWebLink } from '../panels/models/web-link.ts'
import './notes.css'

/**
 * A text in Markdown as elements. Only what is listed here becomes one; everything else, HTML above all, is shown as the
 * text that it is. Links lead to http and https; pictures are named, never loaded.
 */
export function Markdown({ text }: { readonly text: string }) {
  return <div class="markdown">{blocks(lexer(text.slice(0, MAX), { gfm: true }))}</div>
}

/** Longer notes are cut. */
const MAX = 50_000
/** What is nested more deeply is shown as text. */
const DEEPEST = 20

function blocks(tokens: readonly Token[], depth = 0): ComponentChildren {
  return tokens.map((token, index) => <Block key={index} token={token} depth={depth} />)
}

function Block({ token, depth }: { readonly token: Token; readonly depth: number }) {
  if (depth > DEEPEST) return <>{token.raw}</>
  // The lexer's tokens are told apart by `type`; its own union has a member that fits every type, so each is named here.
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading': {
      const { depth: level, tokens } = token as Tokens.Heading
      const Heading = (['h3', 'h4', 'h5', 'h6'] as const)[Math.min(level, 4) - 1]!
      return <Heading>{inline(tokens, depth)}</Heading>
    }
    case 'paragraph':
      return <p>{inline((token as Tokens.Paragraph).tokens, depth)}</p>
    case 'code':
      return <pre><code>{(token as Tokens.Code).text}</code></pre>
    case 'blockquote':
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens, depth + 1)}</blockquote>
    case 'list': {
      const { ordered, items, start } = token as Tokens.List
      const rows = items.map((item, index) => <li key={index}>{item.task && <input type="checkbox" checked={item.checked === true} disabled />}{blocks(item.tokens, depth + 1)}</li>)
      return ordered ? <ol start={start === '' ? 1 : start}>{rows}</ol> : <ul>{rows}</ul>
    }
    case 'table': {
      const { header, rows } = token as Tokens.Table
      return (
        <table>
          <thead><tr>{header.map((cell, index) => <th key={index}>{inline(cell.tokens, depth)}</th>)}</tr></thead>
          <tbody>{rows.map((row, index) => <tr key={index}>{row.map((cell, place) => <td key={place}>{inline(cell.tokens, depth)}</td>)}</tr>)}</tbody>
        </table>
      )
    }
    case 'hr':
      return <hr />
    case 'text': {
      const { tokens, text } = token as Tokens.Text
      return <span>{tokens ? inline(tokens, depth) : plain(text)}</span>
    }
    default:
      return <p>{token.raw}</p>
  }
}

function inline(tokens: readonly Token[] | undefined, depth: number): ComponentChildren {
  return (tokens ?? []).map((token, index) => <Inline key={index} token={token} depth={depth + 1} />)
}

function Inline({ token, depth }: { readonly token: Token; readonly depth: number }) {
  if (depth > DEEPEST) return <>{token.raw}</>
  switch (token.type) {
    case 'text': {
      const { tokens, text } = token as Tokens.Text
      return <>{tokens ? inline(tokens, depth) : plain(text)}</>
    }
    case 'escape':
      return <>{plain((token as Tokens.Escape).text)}</>
    case 'strong':
      return <strong>{inline((token as Tokens.Strong).tokens, depth)}</strong>
    case 'em':
      return <em>{inline((token as Tokens.Em).tokens, depth)}</em>
    case 'del':
      return <del>{inline((token as Tokens.Del).tokens, depth)}</del>
    case 'codespan':
      return <code>{plain((token as Tokens.Codespan).text)}</code>
    case 'br':
      return <br />
    case 'link': {
      const { href, tokens } = token as Tokens.Link
      return isWebLink(href) ? <a href={href} target="_blank" rel="noopener noreferrer">{inline(tokens, depth)}</a> : <>{inline(tokens, depth)}</>
    }
    case 'image': {
      const { text, href } = token as Tokens.Image
      return <span class="markdown-picture">{text === '' ? href : text}</span>
    }
    default:
      return <>{token.raw}</>
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** The lexer may write signs as HTML has them; a text node has them as they are. */
function plain(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!)
}
