/**
 * @file Globs over names with slashes: `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`; a backslash takes the next character as
 * it is. The same on disk, in object stores and on the hub. As in a shell, only a dot in the pattern matches a dot at the
 * start of a name.
 */

import { isHidden } from "./unread.js";

const SPECIAL = /[*?[\]{}]/;
/** Not before the dot that begins a hidden name. */
const NOT_HIDDEN = "(?!(?<=^|/)\\.)";

/** Whether a path or key may be a pattern; it may be a name with such characters, too. */
export function isGlob(path: string): boolean {
  return SPECIAL.test(path);
}

/** A pattern in two: up to the slash before its first special character, as a name to list from, and the rest. */
export function globBase(pattern: string): { base: string; rest: string } {
  const special = pattern.replace(/\\./gs, "  ").search(SPECIAL);
  const end = pattern.lastIndexOf("/", special === -1 ? undefined : special) + 1;
  return { base: pattern.slice(0, end).replace(/\\(.)/gs, "$1"), rest: pattern.slice(end) };
}

/** The names a pattern matches, whole, as a regular expression. */
export function globPattern(pattern: string): RegExp {
  let source = "";
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i);
    const character = pattern[i];
    const set = /^\[(!?)([^\]/]+)\]/.exec(rest);
    if (rest.startsWith("**/")) {
      source += `(?:${NOT_HIDDEN}[^/]+/)*`;
      i += 2;
    } else if (rest.startsWith("**")) {
      source += `(?:${NOT_HIDDEN}.)*`;
      i++;
    } else if (character === "*") source += `${NOT_HIDDEN}[^/]*`;
    else if (character === "?") source += `${NOT_HIDDEN}[^/]`;
    else if (set) {
      source += `${NOT_HIDDEN}[${set[1] ? "^/" : ""}${set[2].replace(/[\\^[]/g, "\\$&")}]`;
      i += set[0].length - 1;
    } else if (character === "{") {
      source += "(?:";
      depth++;
    } else if (character === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (character === "," && depth > 0) source += "|";
    else {
      const literal = character === "\\" && i + 1 < pattern.length ? pattern[++i] : character;
      source += literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  return new RegExp(`^${source}${")".repeat(depth)}$`, "s");
}

/** Whether names below a folder can match: folders that cannot are not looked into. */
export function globFolders(pattern: string): (folder: string) => boolean {
  const parts = pattern.split("/");
  // Of a pattern with slashes in braces the parts are none: everything is looked into.
  const isPlain = !/\{[^}]*\//.test(pattern);
  const anywhere = parts.findIndex((part) => part.includes("**"));
  return (folder) => {
    const depth = folder.split("/").length;
    if (!isPlain) return true;
    if (anywhere !== -1 && anywhere < depth) return pattern.includes("/.") || !isHidden(folder);
    return depth < parts.length && globPattern(parts.slice(0, depth).join("/")).test(folder);
  };
}
