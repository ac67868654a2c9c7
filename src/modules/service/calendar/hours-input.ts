import { invalid, type FieldProblem } from '#kernel/errors/domain-error.js';
import { integer, text } from '#kernel/resource/fields.js';
import { isClockTime, type Hours } from '../domain/business-calendar.js';

export const dayHours = {
  start: text(5, { required: true, description: 'Local time, `HH:mm`.' }),
  end: text(5, { required: true, description: 'Local time; at or before the start it is the next day.' }),
} as const;
export const weekHours = { weekday: integer({ required: true, min: 1, max: 7, description: '1 is Monday.' }), ...dayHours } as const;

export const hoursErrors = { 'business_calendar.time_invalid': 'Hours are written HH:mm on a 24-hour clock.' } as const;

/** Refuses hours that are no clock times, naming each place. */
export function checkHours(path: string, hours: readonly Hours[]): void {
  const errors = hours.flatMap((h, i): FieldProblem[] =>
    (['start', 'end'] as const)
      .filter((key) => !isClockTime(h[key]))
      .map((key) => ({ path: `/${path}/${i}/${key}`, code: 'invalid', message: 'is no time such as 09:00' })),
  );
  if (errors.length > 0) throw invalid('business_calendar.time_invalid', hoursErrors['business_calendar.time_invalid'], { errors });
}
