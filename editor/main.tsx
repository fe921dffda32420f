/** The page: makes the session and draws the shell. */
import { render } from 'preact'

render(<p>…</p>, document.getElementById('editor')!)
