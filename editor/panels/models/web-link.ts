/** Whether an address that somebody wrote may be a link: the web's, and nothing that runs. */
export function isWebLink(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
