/**
 * @file `--no-text`: the option by which a private corpus stays private. One meaning everywhere it is taken.
 *
 * Nothing of the corpus's text goes into logs, errors, quarantine files, reports, manifests or requests to a judge. What is asked for
 * is made all the same: a corpus, tokens, models and exports are made of text. docs/private-text.md lists them.
 */
import { z } from "zod";

/** Left out when not given, so that it changes no key. */
export const NO_TEXT = z
  .boolean()
  .optional()
  .describe("keep the corpus's text out of logs, errors, quarantine, reports and requests (docs/private-text.md)");
