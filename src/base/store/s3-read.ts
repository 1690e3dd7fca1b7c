/**
 * @file Reading an object, going on where a connection broke.
 *
 * The SDK repeats requests that fail before an answer; an answer that breaks off in its body is our business. What is
 * read on must be of the same version, so the entity tag of the first answer is asked for again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../errors.js";

/** Breaks in a row, with no byte between them, that are borne. */
const MOST_BREAKS = 5;
const FIRST_PAUSE_MS = 100;

/** Bytes [start, end), or all of them. @throws UserError when there are fewer */
export async function readObject(
  client: S3Client,
  place: { Bucket: string; Key: string },
  range?: { start: number; end: number },
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = range && new Uint8Array(new ArrayBuffer(range.end - range.start));
  let done = 0;
  let tag: string | undefined;
  for (let breaks = 0; bytes === undefined || done < bytes.length; ) {
    const before = done;
    try {
      const start = (range?.start ?? 0) + done;
      const Range = bytes && `bytes=${start}-${start + bytes.length - done - 1}`;
      const answer = await client.send(new GetObjectCommand({ ...place, Range, IfMatch: tag }));
      tag = answer.ETag;
      bytes ??= new Uint8Array(new ArrayBuffer(answer.ContentLength ?? 0));
      const expected = Math.min(answer.ContentLength ?? 0, bytes.length - done);
      for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
        bytes.set(chunk, done);
        done += chunk.length;
      }
      if (done - before < expected) throw Object.assign(new Error("The answer broke off"), { code: "ECONNRESET" });
      if (done < bytes.length) throw tooShort(place, start + expected, range?.end ?? bytes.length);
    } catch (error) {
      const { name = "", message = "" } = error as Error;
      if (name === "InvalidRange") throw tooShort(place, range!.start, range!.end);
      const isOther = name === "PreconditionFailed" || /checksum mismatch/i.test(message);
      // What the SDK gave up on carries $metadata; a body that broke off does not.
      const isBroken = "code" in (error as object) && !("$metadata" in (error as object));
      breaks = done > before ? 1 : breaks + 1;
      if (!(isBroken || isOther) || breaks > MOST_BREAKS) throw error;
      if (isOther) [done, tag, bytes] = [0, undefined, range && bytes];
      await sleep(FIRST_PAUSE_MS * 2 ** breaks);
    }
  }
  return bytes;
}

function tooShort({ Bucket, Key }: { Bucket: string; Key: string }, size: number, wanted: number): UserError {
  return new UserError(`s3://${Bucket}/${Key} ends at or before byte ${size}, ${wanted} were expected.`);
}
