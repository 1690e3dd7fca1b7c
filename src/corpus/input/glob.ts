/** @file Globs over names in an object store: `*`, `**`, `?`, `[a-z]`, `{a,b}`. On disk tinyglobby does this. */

/** Whether a path or key is a pattern. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

/** The part of a pattern up to the last slash before its first special character: where to list from. */
export function globBase(pattern: string): string {
  const special = pattern.search(/[*?[\]{}]/);
  return special === -1 ? pattern : pattern.slice(0, pattern.lastIndexOf("/", special) + 1);
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
      source += "(?:[^/]+/)*";
      i += 2;
    } else if (rest.startsWith("**")) {
      source += ".*";
      i++;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (set) {
      source += `[${set[1] ? "^" : ""}${set[2].replace(/[\\^]/g, "\\$&")}]`;
      i += set[0].length - 1;
    } else if (character === "{") {
      source += "(?:";
      depth++;
    } else if (character === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (character === "," && depth > 0) source += "|";
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  return new RegExp(`^${source}${")".repeat(depth)}$`, "s");
}
