type Json = Record<string, unknown>;

/** Hoists what carries an `$id` into `components`, and says what is meant where Elysia's schema says how it is read. */
export function schemaOf(schema: unknown, components: Json): unknown {
  if (Array.isArray(schema)) return schema.map((one) => schemaOf(one, components));
  if (typeof schema !== "object" || schema === null) return schema;
  const { $id, documentedAs, expects: _, ...plain } = schema as Json;
  if (typeof $id === "string") {
    components[$id] ??= schemaOf(plain, components);
    return { $ref: `#/components/schemas/${$id}` };
  }
  if (documentedAs) return documentedAs;

  return Object.fromEntries(
    Object.entries(asMeant(plain)).map(([key, value]) => [
      key,
      key === "properties"
        ? Object.fromEntries(
            Object.entries(value as Json).map(([name, one]) => [name, schemaOf(one, components)]),
          )
        : schemaOf(value, components),
    ]),
  );
}

/** An integer is "a text that reads as one, or an integer" to Elysia; several literals are one enumeration. */
function asMeant(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const real = anyOf.filter((one: Json) => one["format"] !== "integer");
  if (real.length === 1 && real.length < anyOf.length) return { ...rest, ...(real[0] as Json) };
  if (!anyOf.every((one: Json) => "const" in one)) return schema;
  return { ...rest, type: typeof anyOf[0].const, enum: anyOf.map((one: Json) => one["const"]) };
}
