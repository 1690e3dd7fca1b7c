// A program that uses the installed package: embedded text, a tokenizer, and a model trained by the native runtime.
import { corpusStage, type Manifest, pretrainStage, runStage, tokenizerStage, tokenizeStage } from "lacuna";

await runStage(corpusStage, { maxBytes: 200_000 }, "out/corpus");
await runStage(tokenizerStage, { corpus: "out/corpus", vocabulary: 512 }, "out/tokenizer");
await runStage(tokenizeStage, { corpus: "out/corpus", tokenizer: "out/tokenizer" }, "out/tokens");
const model = { tokens: "out/tokens", width: 16, layers: 1, heads: 1, context: 32, batch: 8, tokensPerParameter: 1 };
const trained: Manifest = await runStage(pretrainStage, model, "out/model");
console.log(`Installed, imported, trained in ${trained.seconds} s:`, trained.result);
