import { integer, ref, text } from '#kernel/resource/fields.js';
import { figuresStaleEvent } from '#kernel/resource/figures.js';
import { defineEvent } from '#kernel/usecase/define-event.js';

export const FiguresStale = defineEvent(
  figuresStaleEvent,
  'Records were written that kept formulas or roll-ups of others are made of. For the job that works those out; of no use to anybody else.',
  { resource: text(80, { required: true }) },
);

export const FiguresMended = defineEvent(
  'customization.figures_mended',
  'Kept values of a formula or roll-up were not what it comes to, and were mended when they were compared.',
  { fieldDefinitionId: ref('field_definition', { required: true }), differing: integer({ required: true }) },
);
