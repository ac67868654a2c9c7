import type { Resource } from '#kernel/resource/define-resource.js';
import type { Labeller } from '#kernel/text/labels.js';
import { nameIn } from '#kernel/text/labels.js';
import type { LabelsByLanguage } from '#kernel/resource/fields.js';
import type { Hop } from './step.js';

/** Says what things are called in the language of who asks. */
export class Namer {
  constructor(
    private readonly labeller: Labeller,
    private readonly wishes: readonly string[],
  ) {}

  kind = ({ name, labels }: Resource): string => this.own(labels) ?? this.labeller.noun(name);

  /** What the record at the end of a hop is to the one at its beginning: `Employer`, `Account`, `Contact`. */
  hop({ tie, isForward }: Hop): string {
    const field = isForward ? tie.to : tie.from;
    if (field === null) return this.kind(tie.near);
    return this.own(tie.holder.fields[field]?.labels) ?? this.labeller.field(tie.holder.name, field);
  }

  private own = (labels: LabelsByLanguage | undefined): string | null => (labels ? nameIn(labels, this.wishes) : null);
}
