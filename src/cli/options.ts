/**
 * @file Command-line options from a stage's schema: the schema is the documentation.
 *
 * `tokensPerParameter: z.number().default(20)` becomes `--tokens-per-parameter <number>` with its description and
 * default. Values are checked by the schema itself, later; only text becomes numbers here.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { NO_TEXT } from "../base/no-text.js";
import type { Stage } from "../base/stage.js";

interface JsonSchemaProperty {
  type?: string;
  anyOf?: JsonSchemaProperty[];
  enum?: string[];
  default?: unknown;
  description?: string;
  items?: JsonSchemaProperty;
}

/** Adds one option per field of the stage's schema. */
export function addStageOptions(command: Command, stage: Stage): Command {
  return addSchemaOptions(command, stage.options, stage.inputs);
}

/** Adds `--no-text`, for commands whose other options come from no schema that has it. */
export function addNoText(command: Command): Command {
  return addSchemaOptions(command, z.object({ noText: NO_TEXT }));
}

/** Adds one option per field of a schema. @param inputs - fields that are paths */
export function addSchemaOptions(command: Command, options: z.ZodObject, inputs: readonly string[] = []): Command {
  const schema = z.toJSONSchema(options, { io: "input", unrepresentable: "any" }) as unknown as {
    properties: Record<string, JsonSchemaProperty>;
    required?: string[];
  };
  for (const [name, property] of Object.entries(schema.properties)) {
    for (const option of optionsOf(name, property, inputs.includes(name))) {
      command.addOption(schema.required?.includes(name) ? option.makeOptionMandatory() : option);
    }
  }
  return command;
}

function optionsOf(name: string, property: JsonSchemaProperty, isInput: boolean): Option[] {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const description = property.description ?? "";
  if (property.type === "boolean") {
    if (name.startsWith("no")) return [asNamed(new Option(`--${flag}`, description))];
    // One pair of flags when it can be switched both ways; the default is told by which of the two is documented.
    return property.default === true
      ? [new Option(`--no-${flag}`, `do not: ${description}`)]
      : [new Option(`--${flag}`, description)];
  }
  const isArray = property.type === "array";
  const element = isArray ? (property.items ?? {}) : property;
  const isNumber = element.type === "number" || element.type === "integer";
  const placeholder = isInput ? "path" : isNumber ? "number" : "text";
  const option = new Option(isArray ? `--${flag} <${placeholder}...>` : `--${flag} <${placeholder}>`, description);
  if (element.enum && !isArray) option.choices(element.enum);
  if (isNumber) {
    option.argParser((text: string, previous: unknown) => {
      const value = numberOf(text);
      return isArray ? [...(Array.isArray(previous) && previous !== property.default ? previous : []), value] : value;
    });
  }
  if (property.default !== undefined) option.default(property.default);
  return [option];
}

/** `--no-text` is the field noText, given or left out; commander would take it for a field `text` that is true by default. */
function asNamed(option: Option): Option {
  option.negate = false;
  return option;
}

/** "1e6" and "1_000_000" are numbers too. */
export function numberOf(text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

/** A number in [0, 1]. */
export function shareOf(text: string): number {
  const value = numberOf(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError("It must lie in [0, 1].");
  return value;
}

/** A whole number from 1 on. */
export function countOf(text: string): number {
  const value = numberOf(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return value;
}
