/**
 * @file Chat format: turns of a conversation as token ids, with real special tokens around each (paper A.3, 4.4).
 *
 *     <|endoftext|> <|im_start|>user\nWhat is a cell?<|im_end|> <|im_start|>assistant\nA small room.<|im_end|>
 *
 * without the spaces: nothing stands between turns, and a conversation starts with end-of-text, as documents do. Marks are
 * ids that no text can produce, so content that spells one stays content. Only what the assistant says, and the mark that
 * ends it, is learned. The same as a Jinja template, for other programs: chatTemplate.
 */
import { z } from "zod";
import type { Tokenizer } from "./tokenizer.js";

export const ROLES = ["system", "user", "assistant"] as const;

export const Message = z.object({ role: z.enum(ROLES), content: z.string() });
export type Message = z.infer<typeof Message>;

/** A message, or one that is said in ids: the refusal token is one id that no text has. */
export type Turn = { role: Message["role"]; content: string | readonly number[] };

/** A conversation as a model reads it. */
export interface ChatTokens {
  ids: Uint32Array;
  /** 1 where the token is learned: the assistant's content and the mark that ends it. Shape of `ids`. */
  lossMask: Uint8Array;
}

/** What apply_chat_template of Hugging Face's tokenizers renders to the same ids, content that spells a mark excepted. */
export function chatTemplate({ endOfText, chatStart, chatEnd }: Tokenizer["texts"]): string {
  return `${endOfText}{% for message in messages %}{{ '${chatStart}' + message['role'] + '\\n' + message['content'] + '${chatEnd}' }}{% endfor %}{% if add_generation_prompt %}{{ '${chatStart}assistant\\n' }}{% endif %}`;
}

/** Encodes a conversation. */
export function encodeChat(tokenizer: Tokenizer, turns: readonly Turn[]): ChatTokens {
  const { endOfText, chatStart, chatEnd } = tokenizer.specials;
  const [ids, lossMask] = [[endOfText], [0]];
  for (const turn of turns) {
    const learned = turn.role === "assistant" ? 1 : 0;
    const { header, content } = encodeTurn(tokenizer, turn);
    ids.push(chatStart, ...header, ...content, chatEnd);
    lossMask.push(0, ...header.map(() => 0), ...content.map(() => learned), learned);
  }
  return { ids: Uint32Array.from(ids), lossMask: Uint8Array.from(lossMask) };
}

/** The ids after which an assistant's answer follows. */
export function encodePrompt(tokenizer: Tokenizer, turns: readonly Turn[]): Uint32Array {
  const header = tokenizer.encode("assistant\n");
  return Uint32Array.of(...encodeChat(tokenizer, turns).ids, tokenizer.specials.chatStart, ...header);
}

/** "user\nWhat is a cell?" is one text; a token that reaches beyond the line of the role belongs to the content. */
function encodeTurn(tokenizer: Tokenizer, { role, content }: Turn): { header: number[]; content: number[] } {
  if (typeof content !== "string") return { header: [...tokenizer.encode(`${role}\n`)], content: [...content] };
  const { ids, ends } = tokenizer.encodeWithOffsets(`${role}\n${content}`);
  const headerTokens = ends.filter((end) => end <= role.length + 1).length;
  return { header: [...ids.subarray(0, headerTokens)], content: [...ids.subarray(headerTokens)] };
}
