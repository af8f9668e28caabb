import { modelShape } from "./model-shape.ts";
import { canLose, type ObjectShape, type RecordShape, type Shape, type TextShape } from "./shape.ts";

type Schema = Readonly<Record<string, unknown>>;

/**
 * The shapes of a model as a JSON Schema (draft 2020-12), for editors: it accepts what `checkDocument` finds no
 * mistake of shape in. What a preset may have is not missing where a document names one.
 */
export function modelSchema(): object {
  const defs: Record<string, Schema> = {};
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Afterglow scoring model",
    description: "What the facts of a contact are worth.",
    ...schemaOf(modelShape, { defs, partial: true }),
    if: { type: "object", properties: { preset: true }, required: ["preset"] },
    else: schemaOf(modelShape, { defs, partial: false }),
    $defs: defs,
  };
}

interface Writing {
  /** By name: what is used often is written once. */
  readonly defs: Record<string, Schema>;
  readonly partial: boolean;
}

function schemaOf(shape: Shape, writing: Writing): Schema {
  const description = shape.about === undefined ? {} : { description: shape.about };
  if (shape.name === undefined) return { ...description, ...bodyOf(shape, writing) };
  const name = writing.partial && isOtherInChange(shape) ? `${shape.name}Change` : shape.name;
  if (!Object.hasOwn(writing.defs, name)) {
    writing.defs[name] = {};
    writing.defs[name] = { title: shape.wants, ...bodyOf(shape, writing) };
  }
  return { ...description, $ref: `#/$defs/${name}` };
}

/** Whether something may be missing in it, or be null: only then a change of a preset is another shape. */
function isOtherInChange(shape: Shape): boolean {
  switch (shape.kind) {
    case "object": {
      const { required, some, one, needs } = shape.rules;
      const canLack = Boolean(required ?? some ?? one ?? needs ?? shape.keeps);
      return canLack || Object.values(shape.keys).some(isOtherInChange);
    }
    case "record":
      return shape.keeps !== undefined || isOtherInChange(shape.values);
    case "list":
      return isOtherInChange(shape.items);
    case "union":
      return shape.of.some(isOtherInChange);
    default:
      return false;
  }
}

function bodyOf(shape: Shape, writing: Writing): Schema {
  switch (shape.kind) {
    case "null":
      return NULL;
    case "choice":
      return { enum: shape.values };
    case "number":
      return { type: shape.whole ? "integer" : "number", minimum: shape.min, maximum: shape.max };
    case "text":
      return { type: "string", ...textRules(shape) };
    case "list": {
      const { min, max } = shape;
      return {
        type: "array",
        items: schemaOf(shape.items, writing),
        ...(min > 0 ? { minItems: min } : {}),
        maxItems: max,
      };
    }
    case "record":
      return recordSchema(shape, writing);
    case "object":
      return objectSchema(shape, writing);
    case "union":
      return { anyOf: shape.of.map((part) => schemaOf(part, writing)) };
  }
}

function textRules({ min, max, pattern, refuses, examples }: TextShape): Schema {
  return {
    ...(min > 0 ? { minLength: min } : {}),
    maxLength: max,
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
    ...(refuses === undefined ? {} : { not: { enum: Object.keys(refuses) } }),
    ...(examples === undefined ? {} : { examples }),
  };
}

/** A schema of what stands under a key; in a change, null too where that takes the key away. */
function valueSchema(of: ObjectShape | RecordShape, key: string, shape: Shape, writing: Writing): Schema {
  const schema = schemaOf(shape, writing);
  if (!writing.partial || !canLose(of, key)) return schema;
  const { description, ...rest } = schema;
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, NULL] };
}

function recordSchema(shape: RecordShape, writing: Writing): Schema {
  const { key, values, min, max } = shape;
  const { not, ...rules } = textRules({ ...key, refuses: { ...key.refuses, ["__proto__"]: "" } });
  return {
    type: "object",
    propertyNames: { ...rules, not },
    additionalProperties: valueSchema(shape, "", values, writing),
    ...(min > 0 ? { minProperties: min } : {}),
    maxProperties: max,
  };
}

function objectSchema(shape: ObjectShape, writing: Writing): Schema {
  const { keys, rules, rest } = shape;
  const properties = Object.fromEntries(
    Object.entries(keys).map(([key, each]) => [key, valueSchema(shape, key, each, writing)]),
  );
  const { required = [], some = [], one = [], needs = {}, bars = {} } = rules;
  const all: Schema[] = [];
  const beside: Record<string, Schema[]> = {};
  const isTakenByNull = (key: string) => writing.partial && canLose(shape, key);
  for (const [key, others = []] of Object.entries(bars)) {
    (beside[key] ??= []).push(lacks(others, isTakenByNull));
  }
  for (const group of one) {
    for (const key of group) {
      const others = group.filter((other) => other !== key);
      (beside[key] ??= []).push(lacks(others, isTakenByNull));
    }
  }
  if (!writing.partial) {
    for (const group of [...some, ...one]) all.push(anyOf(group));
    for (const [key, groups = []] of Object.entries(needs)) {
      for (const group of groups) (beside[key] ??= []).push(anyOf(group));
    }
  }
  const dependent = Object.entries(beside).map(([key, [first = {}, ...more]]) => {
    const schema = more.length > 0 ? { allOf: [first, ...more] } : first;
    return [key, isTakenByNull(key) ? { if: { properties: { [key]: NULL } }, else: schema } : schema];
  });
  return {
    type: "object",
    properties,
    ...(rest ? restSchema(rest, writing) : { additionalProperties: false }),
    ...(required.length > 0 && !writing.partial ? { required } : {}),
    ...(all.length > 0 ? { allOf: all } : {}),
    ...(dependent.length > 0 ? { dependentSchemas: Object.fromEntries(dependent) } : {}),
  };
}

function restSchema(rest: RecordShape, writing: Writing): Schema {
  const { propertyNames, additionalProperties } = recordSchema(rest, writing);
  return { propertyNames, additionalProperties };
}

function anyOf(keys: readonly string[]): Schema {
  return { anyOf: keys.map((key) => ({ required: [key] })) };
}

const NULL: Schema = { type: "null" };

function lacks(keys: readonly string[], isTakenByNull: (key: string) => boolean): Schema {
  return { properties: Object.fromEntries(keys.map((key) => [key, isTakenByNull(key) && NULL])) };
}
