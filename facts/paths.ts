/** Paths of URLs. Names in them are escaped in several ways and mean the same. */

/**
 * The normal form of a path: only characters that need it are escaped, in capitals, and there are no empty, `.` and `..`
 * segments. Servers, load balancers and Prometheus agree on no other form.
 * {@link https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2}
 */
export function normalPath(path: string): string {
  const escaped = path.replace(/%[0-9a-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : code.toUpperCase();
  });
  return withoutDots(escaped);
}

/** A path as a server reads it: decoded, then without empty, `.` and `..` segments. */
export const decodedPath = (path: string): string =>
  withoutDots(path.replace(/%([0-9a-f]{2})/gi, (_code, hex) => String.fromCharCode(Number.parseInt(hex, 16))));

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const segment of segments)
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  const folder = kept.length > 0 && ["", ".", ".."].includes(segments.at(-1) as string);
  return `/${kept.join("/")}${folder ? "/" : ""}`;
}

/** Whether a path is the prefix's, or below it. The prefix ends at a slash: `/saleshealth` is not below `/sales`. */
export const isBelow = (path: string, prefix: string): boolean =>
  prefix === "/" || path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
