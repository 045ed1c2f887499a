/** The page of a person. */
export function personPath(name: string): string {
  return `/people/person?name=${encodeURIComponent(name)}`;
}
