/**
 * Whether a page's origin is one that nobody else can visit: it is being developed or tested, and a headless browser on
 * it is its developer's. `.test` and `.localhost` are reserved for that (RFC 6761).
 */
export function isTriedPage(origin: string): boolean {
  const host = /^https?:\/\/(\[[^\]]*\]|[^:/]*)(?::\d+)?$/i.exec(origin)?.[1]?.toLowerCase() ?? "";
  return (
    host === "localhost" ||
    host === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    /\.(?:localhost|test)$/.test(host)
  );
}
