/** The path of a step's prefetch, as the wire names it. */
export function pathOf(path: string, index: number): string {
  return `${path === 'query' ? '' : `${path}.`}prefetch[${index}]`;
}
