import { expect, test } from 'vitest'
import { unescapeHtml, unquotePlus } from './python-html.ts'

test.each([
  ['fish &amp; chips &lt;hot&gt;', 'fish & chips <hot>'],
  ['&notit; &notin; &ampx &amp', '¬it; ∉ &x &'],
  ['&#65;&#x41;&#X41 &#128; &#0; &#xD800; &#x110000;', 'AAA € \ufffd \ufffd \ufffd'],
  ['&#1;&#x7f;&#xfffe;|', '|'],
  ['&nosuch; &; & &constructor;', '&nosuch; &; & &constructor;'],
  ['&frac12 &frac12;', '½ ½'],
])('html.unescape %j', (text, expected) => {
  expect(unescapeHtml(text)).toBe(expected)
})

test.each([
  ['a%20dog%20and%2Ba+cat', 'a dog and+a cat'],
  ['%E4%BD%A0 é%C3%A9', '你 éé'],
  ['100% %zz %4', '100% %zz %4'],
  ['%C3é %ED%A0%80 %EF%BB%BF', '\ufffdé \ufffd\ufffd\ufffd \ufeff'],
])('unquote_plus %j', (text, expected) => {
  expect(unquotePlus(text)).toBe(expected)
})
