/**
 * GraphQL types that depend on one definition alone: made once, and shared by the schemas of all tenants that have this very definition. That is a
 * good part of a schema, which tenants with fields of their own would have once more each.
 */
export class SharedTypes<T> {
  private readonly byDefinition = new WeakMap<object, Map<string, T>>();

  get(definition: object, name: string, make: () => T): T {
    const byName = this.byDefinition.get(definition) ?? new Map<string, T>();
    this.byDefinition.set(definition, byName);
    const known = byName.get(name) ?? make();
    byName.set(name, known);
    return known;
  }
}
