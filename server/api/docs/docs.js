/** Shows openapi.json. Every text goes in as text: the description is data, never markup. */

/** An element with attributes and children; a child that is a text stays a text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children.filter((child) => child !== undefined && child !== ''))
  return made
}

/** A schema in a few words: `string`, `Job[]`, `"front" | "end" | {before}`. */
function typeText(schema = {}) {
  if (schema.$ref) return schema.$ref.split('/').at(-1)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema.const)
  const members = schema.anyOf ?? schema.oneOf
  if (members) return members.map(typeText).join(' | ')
  if (schema.type === 'array') return `${typeText(schema.items)}[]`
  if (schema.type === 'object' && schema.properties) return `{ ${Object.keys(schema.properties).join(', ')} }`
  const range = [schema.minimum, schema.maximum].some((one) => one !== undefined) ? ` ${schema.minimum ?? ''}…${schema.maximum ?? ''}` : ''
  return `${Array.isArray(schema.type) ? schema.type.join(' | ') : schema.type ?? 'any'}${range}`
}

/** The schema that is meant, through a reference. */
function resolved(api, schema = {}) {
  return schema.$ref ? api.components.schemas[schema.$ref.split('/').at(-1)] ?? {} : schema
}

function fieldTable(rows) {
  const line = ([name, required, type, text]) => element('tr', {},
    element('td', {}, element('code', {}, name), required ? '' : element('span', { class: 'quiet' }, ' optional')),
    element('td', {}, element('code', {}, type), text ? element('div', { class: 'quiet' }, text) : undefined))
  return element('table', {}, ...rows.map(line))
}

function schemaPart(api, title, schema) {
  const whole = resolved(api, schema)
  const rows = Object.entries(whole.properties ?? {}).map(([name, one]) =>
    [name, (whole.required ?? []).includes(name), typeText(one), resolved(api, one).description ?? one.description])
  return element('details', {}, element('summary', {}, `${title}: `, element('code', {}, typeText(schema))),
    rows.length > 0 ? fieldTable(rows) : undefined, element('pre', {}, JSON.stringify(whole, null, 2)))
}

function contentParts(api, title, content = {}) {
  return Object.entries(content).map(([type, { schema }]) => schemaPart(api, `${title} (${type})`, schema))
}

function operationPart(api, path, method, operation) {
  const { operationId, summary, description = '', parameters = [], requestBody, responses } = operation
  const rows = parameters.map((one) => [`${one.name} (${one.in})`, one.required, typeText(one.schema), one.description])
  const answers = Object.entries(responses).flatMap(([status, { description: text, content }]) =>
    content && Number(status) < 400 ? contentParts(api, `${status} ${text}`, content) : [element('div', { class: 'quiet' }, `${status} ${text}`)])
  return element('section', { id: operationId },
    element('span', { class: 'scope' }, operation['x-scope']),
    element('h3', {}, element('span', { class: 'method' }, method.toUpperCase()), path),
    element('p', {}, summary), description && element('p', { class: 'quiet' }, description),
    rows.length > 0 ? fieldTable(rows) : undefined, ...contentParts(api, 'Body', requestBody?.content), ...answers)
}

function show(api) {
  const byTag = new Map()
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const part = operationPart(api, path, method, operation)
      const link = element('a', { href: `#${operation.operationId}` }, `${method.toUpperCase()} ${path.replace(/^\/api/, '')}`)
      const tag = operation.tags[0]
      byTag.set(tag, [...byTag.get(tag) ?? [], { part, link }])
    }
  }
  const entries = [...byTag]
  document.querySelector('#about').textContent = `${api.info.description} Version ${api.info.version}.`
  document.querySelector('#contents').replaceChildren(...entries.flatMap(([tag, all]) => [element('h2', {}, tag), ...all.map(({ link }) => link)]))
  document.querySelector('#operations').replaceChildren(...entries.flatMap(([, all]) => all.map(({ part }) => part)))
  document.querySelector('#search').addEventListener('input', ({ target }) => {
    const words = target.value.toLowerCase().split(/\s+/)
    for (const { part, link } of entries.flatMap(([, all]) => all)) {
      part.hidden = link.hidden = !words.every((word) => part.textContent.toLowerCase().includes(word))
    }
  })
  document.querySelector(location.hash === '' ? 'h1' : `[id="${CSS.escape(location.hash.slice(1))}"]`)?.scrollIntoView()
}

try {
  const answer = await fetch('openapi.json')
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`)
  show(await answer.json())
} catch (error) {
  document.querySelector('#operations').textContent = `The description of the API can't be read: ${error.message}.`
}
