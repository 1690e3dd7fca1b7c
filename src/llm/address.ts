/** @file Addresses of endpoints: which are allowed, and which are one's own. */
import { UserError } from "../base/errors.js";

/**
 * Checks a base URL and takes the slash off its end. Addresses stand in manifests, so they may hold no secret.
 * @param hasKey - whether a key would be sent there
 */
export function checkBaseUrl(text: string, hasKey: boolean): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UserError(`--base-url "${text}" is not a URL. Give one such as http://localhost:11434/v1.`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new UserError(`--base-url ${url.protocol}// is not supported. Give an http or https address.`);
  if (url.username || url.password || url.search || url.hash)
    throw new UserError(
      `--base-url for ${url.host} holds a user, a password or a query. Addresses are written to manifests: give keys in the environment only.`,
    );
  if (hasKey && url.protocol === "http:" && !isLocalHost(url.hostname))
    throw new UserError(`--base-url ${text} would send your key over the network in clear. Use https.`);
  return url.href.replace(/\/+$/, "");
}

/** Whether a host is this machine or a private network, where tokens cost nothing. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    host === "localhost" ||
    host === "::1" ||
    /^(127|10)\./.test(host) ||
    /^192\.168\./.test(host) ||
    /^172\.(1[6-9]|2\d|3[01])\./.test(host) ||
    /\.(localhost|local|internal)$/.test(host) ||
    /^[a-z][a-z0-9-]*$/.test(host)
  );
}
