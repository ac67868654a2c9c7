import { conflict } from '#kernel/errors/domain-error.js';
import { integer, ref } from '#kernel/resource/fields.js';
import { nilId } from '#kernel/resource/ids.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { FieldDefinition } from '../field/field-definition.resource.js';
import { FiguresMended } from './figures-mended.event.js';
import { figuresNow } from './figures-now.js';
import { followTouches } from './follow-touches.js';
import { putOff } from './keep-figures.job.js';
import { reconcileStretch } from './reconcile-figure.js';
import { oneAtATime } from './work-out.js';

const recordsAtOnce = 5_000;

export const reconcileField = defineCommand({
  name: 'field_definition.reconcile',
  summary: 'Compare what is kept of a formula or roll-up with what it comes to, for all records, and mend what differs.',
  description: 'It is done every night by itself. What was written a moment ago and is not worked out yet counts as differing.',
  rest: { path: '/field-definitions/{fieldDefinitionId}/reconcile' },
  input: { fieldDefinitionId: ref('field_definition', { required: true, description: 'A formula or roll-up that is kept.' }) },
  output: { differing: integer({ required: true, description: 'Records whose figure was not right; it is now.' }) },
  errors: { 'field_definition.not_kept': 'Only formulas and roll-ups that are kept (`isIndexed`) and in use can be compared.' },

  async run({ fieldDefinitionId }, work) {
    const { id } = await work.repo(FieldDefinition).get(fieldDefinitionId);
    const { figures } = await figuresNow(work);
    const figure = figures.find(({ kept }) => kept.fieldId === id);
    if (!figure) throw conflict('field_definition.not_kept', 'This field is no formula or roll-up that is kept and in use.');
    await oneAtATime(work);
    let differing = 0;
    for (let after: string | null = nilId; after !== null;) {
      const found = await reconcileStretch(work, figure, { after, size: recordsAtOnce });
      differing += found.differing;
      if (found.touch) await putOff(work, await followTouches(work, [found.touch]));
      after = found.last;
    }
    if (differing > 0) await work.emit(FiguresMended, { fieldDefinitionId: id, differing });
    return { differing };
  },
});
