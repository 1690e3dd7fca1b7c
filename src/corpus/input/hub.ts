/**
 * @file Input files in a dataset repository of the Hugging Face hub: hf://datasets/owner/name[@revision]/path-or-glob.
 *
 * The token is HF_TOKEN; HF_ENDPOINT names another server than huggingface.co. Give a commit as the revision where
 * results must be repeatable: branches move.
 */
import { downloadFile, HubApiError, listFiles } from "@huggingface/hub";
import { UserError } from "../../base/errors.js";
import type { StoredBytes } from "./bytes.js";
import { globBase, globPattern, isGlob } from "./glob.js";
import { kindOf, READABLE } from "./kinds.js";
import { type Remote, readRange, resumable } from "./resume.js";
import { type Found, type Listed, sift } from "./unread.js";

interface Address {
  /** "datasets/owner/name". */
  repo: string;
  /** "owner/name@revision" as given. */
  prefix: string;
  revision: string;
  path: string;
}

/**
 * The files an hf:// path stands for: a file, all below a folder or the repository, or a glob. A file or folder that exists is
 * meant as it is, whatever special characters it has.
 * @throws UserError when there are none
 */
export async function findHub(uri: string): Promise<Found> {
  const { path } = parse(uri);
  const parent = path.slice(0, path.lastIndexOf("/") + 1);
  const folder = path === "" ? "" : path.replace(/\/?$/, "/");
  const file = kindOf(path) && (await list(uri, parent, false)).find(({ name }) => parent + name === path);
  if (file) return sift([file], true);
  const below = await list(uri, folder, true);
  const isPattern = below.length === 0 && isGlob(path);
  const found = sift(isPattern ? await matching(uri, path) : below, isPattern);
  if (found.files.length === 0) throw new UserError(`${uri} holds no file that is ${READABLE}. Check the path.`);
  return found;
}

async function matching(uri: string, path: string): Promise<Listed[]> {
  const { base, rest } = globBase(path);
  const pattern = globPattern(rest);
  return (await list(uri, base, true)).filter(({ name }) => pattern.test(name));
}

/** Files below a folder ("" or ending in a slash); none where a pattern names no folder. @throws UserError */
async function list(uri: string, folder: string, recursive: boolean): Promise<Listed[]> {
  const { repo, prefix, revision } = parse(uri);
  const listed: Listed[] = [];
  try {
    const entries = listFiles({
      ...connection(),
      repo: { type: "dataset", name: repo },
      revision: encodeURIComponent(revision),
      path: encodePath(folder.replace(/\/$/, "")),
      recursive,
      fetch: fetchOf(uri),
    });
    for await (const { type, path, size } of entries) {
      if (type !== "file" || !path.startsWith(folder)) continue;
      listed.push({ uri: `hf://datasets/${prefix}/${path}`, name: path.slice(folder.length), bytes: size });
    }
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode === 404 && isGlob(folder)) return [];
    const failure = hubFailed(uri, error);
    if (failure instanceof UserError) throw failure;
    throw new UserError(`Cannot list ${uri}: ${(failure as Error).message}. Check HF_ENDPOINT and the network.`);
  }
  return listed;
}

/** A file's bytes. */
export function openHub(uri: string, bytes: number): StoredBytes {
  const { repo, revision, path } = parse(uri);
  let blob: Promise<Blob> | undefined;
  const open = async () => {
    const found = await downloadFile({
      ...connection(),
      repo: { type: "dataset", name: repo },
      revision,
      path: encodePath(path),
      fetch: fetchOf(uri),
    });
    if (!found) throw new UserError(`${uri} does not exist. Check the path.`);
    if (found.size !== bytes) {
      throw new UserError(`${uri} has ${found.size} bytes, ${bytes} when it was listed: it was changed. Run again.`);
    }
    return found;
  };
  const remote: Remote = {
    uri,
    bytes,
    async request(start, end) {
      try {
        return (await (blob ??= open())).slice(start, end).stream() as unknown as AsyncIterable<Uint8Array>;
      } catch (error) {
        blob = undefined;
        throw hubFailed(uri, error);
      }
    },
  };
  return {
    bytes,
    stream: () => resumable(remote),
    slice: (start, end) => readRange(remote, start, end),
  };
}

function parse(uri: string): Address {
  const match = /^hf:\/\/datasets\/([^/@]+\/[^/@]+)(?:@([^/]+))?(?:\/(.*))?$/s.exec(uri);
  if (!match) throw new UserError(`${uri} is no dataset path. Write hf://datasets/owner/name[@revision]/path-or-glob.`);
  const [, repo, revision, path = ""] = match;
  try {
    const decoded = revision === undefined ? "main" : decodeURIComponent(revision);
    return { repo, prefix: revision === undefined ? repo : `${repo}@${revision}`, revision: decoded, path };
  } catch {
    throw new UserError(`${uri} has a revision that is not percent-encoded text. Write a branch, tag or commit.`);
  }
}

function connection(): { hubUrl?: string; accessToken?: string } {
  const { HF_ENDPOINT, HF_TOKEN } = process.env;
  return {
    ...(HF_ENDPOINT && { hubUrl: HF_ENDPOINT.replace(/\/+$/, "") }),
    ...(HF_TOKEN && { accessToken: HF_TOKEN }),
  };
}

/** The hub's client puts paths into addresses as they are. */
function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** fetch that refuses an answer with another range than asked for, which the hub's client would pass on. */
function fetchOf(uri: string): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    const range = new Headers(init?.headers).get("range");
    if (range && answer.status === 200 && !range.startsWith("bytes=0-")) {
      await answer.body?.cancel();
      throw new UserError(`Cannot read ${uri}: its server does not send parts of a file. Download it first.`);
    }
    return answer;
  };
}

function hubFailed(uri: string, error: unknown): unknown {
  if (!(error instanceof HubApiError)) {
    return error instanceof TypeError && error.message === "fetch failed"
      ? new Error(`${(error.cause as Error | undefined)?.message ?? error.message}`)
      : error;
  }
  const status = error.statusCode;
  if (status === 429 || status >= 500) return error;
  const hint =
    status === 401 || status === 403
      ? "Set HF_TOKEN to a token that may read it"
      : status === 404
        ? "Check owner, name, revision and path; for a private dataset set HF_TOKEN"
        : "Check the path";
  return new UserError(`Cannot read ${uri}: the hub answered ${status}. ${hint}.`);
}
