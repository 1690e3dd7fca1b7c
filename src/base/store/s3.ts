/**
 * @file A prefix of an S3 bucket as a Store: Amazon's, or any server that speaks its protocol (AWS_ENDPOINT_URL).
 *
 * An object appears whole when its upload completes, so there are no temporary names; long ones go up in parts, held in
 * memory a few at a time. `create` is a conditional put. When its answer is lost, the repeated put finds the object it
 * made and says false: the object is there all the same, with the bytes that any writer of that name writes.
 */
import { checkName } from "./names.js";
import { parseS3 } from "./s3-address.js";
import { s3Failed } from "./s3-errors.js";
import type { s3Requests } from "./s3-requests.js";
import type { Store } from "./store.js";

type Requests = ReturnType<typeof s3Requests>;

/** Opens s3://bucket/prefix; nothing is asked of the server yet. @throws UserError when `address` is not one */
export function s3Store(address: string): Store {
  const { bucket, prefix } = parseS3(address);
  const base = prefix ? `${prefix}/` : "";
  const uri = `s3://${bucket}${prefix && "/"}${prefix}`;
  let opened: Promise<Requests> | undefined;
  const requests = () => (opened ??= import("./s3-requests.js").then((module) => module.s3Requests(bucket)));
  const keyOf = (name: string) => base + checkName(name, uri);

  /** Makes requests; what fails is a sentence that says what was tried. */
  const trying = async <Result>(doing: string, name: string, use: (requests: Requests) => Promise<Result>) => {
    try {
      return await use(await requests());
    } catch (error) {
      throw s3Failed(`${uri}/${name}`, doing, error);
    }
  };

  return {
    uri,
    size: (name) => trying("read", name, ({ size }) => size(keyOf(name))),
    read: (name) => trying("read", name, ({ read }) => read(keyOf(name))),
    readRange: (name, start, end) => trying("read", name, ({ read }) => read(keyOf(name), { start, end })),
    list: (under) =>
      trying("list", under, async ({ list }) => {
        const names: string[] = [];
        for await (const keys of list(base + under)) {
          // Some tools mark folders by empty objects whose key ends in "/".
          for (const key of keys) if (!key.endsWith("/")) names.push(key.slice(base.length));
        }
        return names.sort();
      }),
    write: (name, chunks) => trying("write", name, ({ upload }) => upload(keyOf(name), chunks)),
    create: (name, chunks) => trying("write", name, ({ putIfAbsent }) => putIfAbsent(keyOf(name), chunks)),
    remove: (name) =>
      trying("remove", name, ({ remove, removeBelow }) => (name.endsWith("/") ? removeBelow : remove)(keyOf(name))),
    sweep: () => trying("clear", "", ({ abortUploads }) => abortUploads(base)),
  };
}
