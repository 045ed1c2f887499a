/** A path of the console, for going on there; what leads elsewhere becomes `/`. */
export function ownPath(to: unknown): string {
  if (typeof to !== 'string' || !to.startsWith('/') || to.length > 2000) return '/';
  const home = 'http://console.invalid';
  const url = URL.parse(to, home);
  return url?.origin === home ? `${url.pathname}${url.search}` : '/';
}
