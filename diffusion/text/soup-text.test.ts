import { expect, test } from 'vitest'
import { soupText } from './soup-text.ts'

/** Values of BeautifulSoup(html, 'html.parser').text, Beautiful Soup 4.15.0 on CPython 3.11. */
test.each([
  ['<p>para<br/>next</p><script>alert(1)</script> end', 'paranext end'],
  ["broken <div class='x tag", "broken <div class='x tag"],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['a<!-- c -->b<!DOCTYPE x>c<?pi?>d', 'abcd'],
  ['<![CDATA[x <b> y]]>', 'x <b> y'],
  ['<b> \n </b>|<b>  </b>|<pre>  </pre>', '\n| |  '],
  ['<ruby>漢<rt>kan</rt></ruby><template>t</template>', '漢'],
  ['<style>a<b</style>x<script>never closed', 'x'],
  ['&amp;lt;b&amp;gt; &foo; &hellip.', '&lt;b&gt; &foo ….'],
  ['&#65;&#128;&#x41 &#;', 'A€A &#;'],
  ['<b>x &#; <b>y</b> &#; <i>z</i>', 'x &#; y &#; <i>z</i>'],
  ['<a b="1>x', '<a b="1>x'],
  ['<a b= "x>y', 'y'],
  ['</>a</1>b</ b>c', 'abc'],
])('%j', (html, expected) => {
  expect(soupText(html)).toBe(expected)
})
