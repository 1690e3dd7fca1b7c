/**
 * @file Chat completions as servers send them: what the model said, wherever they put it.
 *
 * The words stand in `content`, as text or in parts; where there are none, in the arguments of a tool call, or in what
 * the server took for thinking. Thinking is kept only then, between <think> tags, as models that do not separate it
 * write it: who reads the answer knows these.
 */
import { z } from "zod";
import type { Answer, SentAnswer, Usage } from "./types.js";

const text = z.string().nullish().catch(null);
const Message = z.looseObject({
  content: z.unknown().optional(),
  refusal: text,
  reasoning_content: z.unknown().optional(),
  reasoning: z.unknown().optional(),
  tool_calls: z
    .array(z.looseObject({ function: z.looseObject({ arguments: z.unknown().optional() }) }))
    .nullish()
    .catch(null),
});
export const Completion = z.looseObject({
  choices: z.array(z.looseObject({ finish_reason: text, message: Message.nullish().catch(null), text })).min(1),
  usage: z
    .looseObject({ prompt_tokens: z.unknown().optional(), completion_tokens: z.unknown().optional() })
    .nullish()
    .catch(null),
});

const STOPS: Record<string, Answer["stop"]> = {
  ...{ stop: "end", eos: "end", end_turn: "end", stop_sequence: "end", tool_calls: "end", function_call: "end" },
  ...{ length: "length", max_tokens: "length", model_length: "length" },
  ...{ content_filter: "refusal", refusal: "refusal", safety: "refusal" },
};

/** What a completion says. */
export function answerIn({ choices, usage }: z.output<typeof Completion>): SentAnswer {
  const { finish_reason, message, text: legacy } = choices[0];
  const isRefused = Boolean(message?.refusal?.trim());
  const said = message?.refusal?.trim() || saidIn(message) || legacy || "";
  return {
    text: said,
    stop: isRefused ? "refusal" : (STOPS[finish_reason?.toLowerCase() ?? ""] ?? "other"),
    usage: usageOf(usage?.prompt_tokens, usage?.completion_tokens),
  };
}

/** Tokens, where both numbers are reported. @param cached - input tokens reported apart */
export function usageOf(input: unknown, output: unknown, cached = 0): Usage | null {
  const isCount = (value: unknown): value is number => typeof value === "number" && value >= 0;
  return isCount(input) && isCount(output) ? { inputTokens: input + cached, outputTokens: output } : null;
}

function saidIn(message: z.output<typeof Message> | null | undefined): string {
  if (!message) return "";
  const { content, tool_calls, reasoning_content, reasoning } = message;
  const words = textOf(content, false);
  if (words.trim()) return words;
  const called = tool_calls?.[0]?.function.arguments;
  if (called) return typeof called === "string" ? called : JSON.stringify(called);
  return asThinking([textOf(content, true), textOf(reasoning_content, true), textOf(reasoning, true)].find(Boolean));
}

/** Thinking, for an answer in which there is nothing else. */
export function asThinking(thought: string | undefined): string {
  return thought?.trim() ? `<think>${thought}</think>` : "";
}

/** Text of a string, a part or parts; parts that are thinking count only when thinking is asked for. */
function textOf(content: unknown, withThinking: boolean): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((part) => textOf(part, withThinking)).join("");
  if (content === null || typeof content !== "object") return "";
  const part = content as Record<string, unknown>;
  if (/thinking|reasoning/.test(String(part.type))) {
    if (!withThinking) return "";
    return textOf(part.thinking ?? part.text ?? part.reasoning ?? part.content, true);
  }
  return textOf(part.text ?? part.value, withThinking);
}
