/** @file Names inside a store: relative, "/" between parts, no way out. */

/**
 * Names come from our own code, so a bad one is a bug, not a user's mistake; it is still checked at the last door before
 * the file system or the bucket.
 * @throws Error when a name is empty, absolute, or has empty, "." or ".." parts
 */
export function checkName(name: string, uri: string): string {
  const parts = name.replace(/\/$/, "").split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part))) {
    throw new Error(`"${name}" is not a name inside ${uri}`);
  }
  return name;
}
