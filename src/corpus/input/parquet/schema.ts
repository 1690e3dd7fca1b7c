/**
 * @file A column of a Parquet file: the leaves it is stored in, and its schema as hyparquet is given it.
 *
 * hyparquet is told what is stored and how it nests, never what values mean: decimals would lose digits, instants the
 * part below a millisecond, and text that is not UTF-8 would be mended silently. `values.ts` knows what they mean.
 */
import { parquetSchema, type SchemaElement, type SchemaTree } from "hyparquet";

/** Elements below one column; real ones have a dozen, and hyparquet walks them recursively. */
const MAX_ELEMENTS = 500;
/** The name every column is decoded under, since a file may call one "__proto__". */
export const DECODED = "value";

export interface Leaf {
  /** Below the column: its names in the schema, from the column's. */
  path: readonly string[];
  type: NonNullable<SchemaElement["type"]>;
  typeLength?: number;
  maxDefinition: number;
  maxRepetition: number;
}

export interface Column {
  name: string;
  /** Whether it has one value a row. */
  isFlat: boolean;
  /** As the file has it. */
  tree: SchemaTree;
  leaves: Leaf[];
  /** Root and column, for hyparquet. */
  stored: SchemaElement[];
}

/** The columns at the top of the schema, each with the elements below it. The schema is a tree written depth first. */
export function topColumns(schema: readonly SchemaElement[]): Map<string, SchemaElement[]> {
  const columns = new Map<string, SchemaElement[]>();
  let at = 1;
  for (let child = 0; child < (schema[0]?.num_children ?? 0) && at < schema.length; child++) {
    const start = at++;
    let below = schema[start].num_children ?? 0;
    for (; below > 0 && at < schema.length; below--) below += schema[at++].num_children ?? 0;
    const elements = schema.slice(start, at);
    if (below > 0 || elements.some(({ name }) => typeof name !== "string"))
      throw new Error("its schema is cut off or without names");
    columns.set(elements[0].name, elements);
  }
  return columns;
}

/** Whether a column has one value a row. */
export function isFlat([element, ...below]: readonly SchemaElement[]): boolean {
  return below.length === 0 && element.type !== undefined && element.repetition_type !== "REPEATED";
}

/** @param elements - the column and what is below it @throws Error when it is nothing that can be read */
export function columnOf(elements: readonly SchemaElement[]): Column {
  if (elements.length > MAX_ELEMENTS) throw new Error(`it has ${elements.length} elements in one column`);
  const root: SchemaElement = { name: "root", num_children: 1 };
  const [tree] = parquetSchema({ schema: [root, ...elements] } as Parameters<typeof parquetSchema>[0]).children;
  const stored = elements.map((element, index) => ({ ...asStored(element), ...(index === 0 && { name: DECODED }) }));
  return {
    name: elements[0].name,
    isFlat: isFlat(elements),
    tree,
    leaves: leavesOf(tree, 0, 0),
    stored: [root, ...stored],
  };
}

function leavesOf({ element, children, path }: SchemaTree, definition: number, repetition: number): Leaf[] {
  const maxDefinition = definition + (element.repetition_type === "REQUIRED" ? 0 : 1);
  const maxRepetition = repetition + (element.repetition_type === "REPEATED" ? 1 : 0);
  if (children.length > 0) return children.flatMap((child) => leavesOf(child, maxDefinition, maxRepetition));
  if (!element.type) throw new Error(`the column "${path.join(".").slice(0, 80)}" has no type`);
  return [{ path, type: element.type, typeLength: element.type_length, maxDefinition, maxRepetition }];
}

function asStored(element: SchemaElement): SchemaElement {
  const { name, type, type_length, repetition_type, num_children } = element;
  return {
    ...{ name, type, type_length, repetition_type, num_children },
    converted_type: isList(element) ? "LIST" : undefined,
  };
}

/** Newer writers say so by the logical type alone. */
export function isList({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "LIST" || logical?.type === "LIST";
}
