/** A picture of 24 by 24 drawn as one line; it says nothing to a screen reader, its button does. */
export function Icon({ path, size }: { readonly path: string; readonly size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" style={size === undefined ? undefined : { width: `${size}px`, height: `${size}px` }}>
      <path d={path} />
    </svg>
  )
}
