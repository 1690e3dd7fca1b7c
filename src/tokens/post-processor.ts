/**
 * @file What a tokenizer.json's own post-processor would put around a text: beginning-of-text, end-of-text.
 *
 * Nothing here adds them. An export says what the trainer's tokenizer would do, and decides by it.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";

/** Ids around one text, in order. */
export interface AddedSpecials {
  before: number[];
  after: number[];
}

const Id = z.int().nonnegative();
const Marked = z.tuple([z.string(), Id]);
const Bert = z.looseObject({ type: z.enum(["BertProcessing", "RobertaProcessing"]), sep: Marked, cls: Marked });
const Template = z.looseObject({
  type: z.literal("TemplateProcessing"),
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.looseObject({ id: z.string() }) }),
      z.object({ Sequence: z.looseObject({ id: z.literal("A") }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(Id) })),
});
/** Moves offsets only. */
const ByteLevel = z.looseObject({ type: z.literal("ByteLevel") });
const Sequence = z.looseObject({ type: z.literal("Sequence"), processors: z.array(z.unknown()) });
const Adding = z.union([Bert, Template]);

/**
 * Ids that the post-processor of a tokenizer.json puts before and after a single text, as Hugging Face's `tokenizers` does
 * with `add_special_tokens`. None where the file has no post-processor.
 *
 * @param tokenizerJson - the parsed file
 * @param name - what the file is called in messages
 * @throws UserError for a post-processor that is not known, or puts tokens inside the text
 */
export function specialsAddedBy(tokenizerJson: unknown, name: string): AddedSpecials {
  const file = z.looseObject({ post_processor: z.unknown() }).safeParse(tokenizerJson);
  const adding = file.success ? processors(file.data.post_processor ?? undefined, name) : [];
  // The library hands the parts that one makes to the next as if they were texts.
  if (adding.length > 1) {
    const types = adding.map(({ type }) => type).join(" and ");
    throw new UserError(
      `The post-processor of ${name} adds special tokens twice, by ${types}. Leave one of them in the file.`,
    );
  }
  const [processor] = adding;
  if (!processor) return { before: [], after: [] };
  if (processor.type !== "TemplateProcessing") return { before: [processor.cls[1]], after: [processor.sep[1]] };
  return fromTemplate(processor, name);
}

/** The processors that add tokens, in order. */
function processors(value: unknown, name: string): z.output<typeof Adding>[] {
  if (value === undefined || ByteLevel.safeParse(value).success) return [];
  const sequence = Sequence.safeParse(value);
  if (sequence.success) return sequence.data.processors.flatMap((inner) => processors(inner, name));
  const adding = Adding.safeParse(value);
  if (adding.success) return [adding.data];
  const type = z.looseObject({ type: z.string() }).safeParse(value).data?.type ?? "without a type";
  throw new UserError(
    `The post-processor of ${name} (${type}) is not one that can be read: BertProcessing, RobertaProcessing, TemplateProcessing, ByteLevel or a Sequence of these. Mend it, or set post_processor to null in a copy of the file.`,
  );
}

function fromTemplate({ single, special_tokens }: z.output<typeof Template>, name: string): AddedSpecials {
  const added: AddedSpecials = { before: [], after: [] };
  let texts = 0;
  for (const piece of single) {
    if ("Sequence" in piece) texts++;
    else {
      const text = piece.SpecialToken.id;
      const special = Object.hasOwn(special_tokens, text) ? special_tokens[text] : undefined;
      if (!special)
        throw new UserError(
          `The post-processor of ${name} adds ${text} and gives no id for it. Add it to the template's special_tokens.`,
        );
      (texts === 0 ? added.before : added.after).push(...special.ids);
    }
  }
  if (texts !== 1)
    throw new UserError(
      `The post-processor of ${name} has the text ${texts} times in its template for a single text; it must be there once.`,
    );
  return added;
}
