/** A template with its columns filled in; null when one of them is empty. */
export function fill(text: string, cells: Readonly<Record<string, string>>): string | null {
  const { texts, columns } = partsOf(text);
  let filled = texts[0] ?? '';
  for (const [i, name] of columns.entries()) {
    const cell = cells[name] ?? '';
    if (cell === '') return null;
    filled += cell + (texts[i + 1] ?? '');
  }
  return filled === '' ? null : filled;
}

interface TemplateParts {
  readonly texts: readonly string[];
  readonly columns: readonly string[];
}
const templates = new Map<string, TemplateParts>();

/** Mappings have few templates and files many rows: each template is taken apart once. */
export function partsOf(text: string): TemplateParts {
  const known = templates.get(text);
  if (known) return known;
  const pieces = text.split(/\{([^}]+)\}/);
  const parts = { texts: pieces.filter((_, i) => i % 2 === 0), columns: pieces.filter((_, i) => i % 2 === 1) };
  templates.set(text, parts);
  return parts;
}
