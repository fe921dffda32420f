/** What a dragged type of node is called among what may be dropped. */
export const NODE_DRAG = 'application/x-kinograph-node'
