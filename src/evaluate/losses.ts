/**
 * @file Summed losses per document and domain: the form in which held-out losses are kept.
 *
 * Sums and counts instead of means, so that documents can be resampled (bootstrap) and domains pooled exactly.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";

/** Losses of one model on held-out documents. Row-major: entry [document, domain] is at document * domains + domain. */
export interface DocumentLosses {
  domains: readonly string[];
  /** Nats, summed over the tokens of a document that are of a domain. Shape [documents, domains]. */
  lossSum: Float64Array<ArrayBuffer>;
  /** Tokens of a document that are of a domain. Shape [documents, domains]. */
  count: Uint32Array<ArrayBuffer>;
}

export interface DomainLoss {
  /** Mean loss in nats per token; null when there is no token of this domain. */
  loss: number | null;
  tokens: number;
}

/** Mean loss per domain over the documents for which `include` holds. */
export function domainLosses(
  losses: DocumentLosses,
  include: (document: number) => boolean = () => true,
): Record<string, DomainLoss> {
  const width = losses.domains.length;
  const documents = losses.count.length / width;
  return Object.fromEntries(
    losses.domains.map((name, domain) => {
      let loss = 0;
      let tokens = 0;
      for (let document = 0; document < documents; document++) {
        if (!include(document)) continue;
        loss += losses.lossSum[document * width + domain];
        tokens += losses.count[document * width + domain];
      }
      return [name, { loss: tokens > 0 ? loss / tokens : null, tokens }];
    }),
  );
}

/** Writes `losses.safetensors` into a directory. */
export async function writeLosses(
  directory: string,
  losses: DocumentLosses,
  metadata: Record<string, string>,
): Promise<void> {
  const shape = [losses.count.length / losses.domains.length, losses.domains.length];
  await writeSafetensors(
    join(directory, "losses.safetensors"),
    { loss_sum: { data: losses.lossSum, shape }, count: { data: losses.count, shape } },
    { ...metadata, domains: JSON.stringify(losses.domains) },
  );
}

/** Reads what `npx lacuna evaluate` wrote. @throws UserError when the file is missing or is no losses file. */
export function readLosses(directory: string): DocumentLosses {
  const path = join(directory, "losses.safetensors");
  const { tensors, metadata } = readSafetensors(path, ["loss_sum", "count"]);
  const { data: lossSum, shape } = tensors.loss_sum;
  const { data: count } = tensors.count;
  const domains = z.array(z.string()).safeParse(JSON.parse(metadata.domains ?? "null"));
  if (!domains.success || !(lossSum instanceof Float64Array) || !(count instanceof Uint32Array)) {
    throw new UserError(`${path} is not a losses file. Make it again: npx lacuna evaluate`);
  }
  if (shape[1] !== domains.data.length || count.length !== lossSum.length) {
    throw new UserError(
      `${path} holds ${shape[1]} columns of losses and ${count.length} counts for ${domains.data.length} domains. Make it again: npx lacuna evaluate`,
    );
  }
  return { domains: domains.data, lossSum, count };
}
