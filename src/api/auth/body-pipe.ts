import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { invalid, type FieldProblem } from '#kernel/errors/domain-error.js';

/** Checks a body against its class-validator DTO and answers as every other input does: `input.invalid`, with each problem. */
export const bodyPipe = () =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => {
      const problems = errors.map(problemOf);
      return invalid('input.invalid', `The input is not valid: ${problems[0]?.path ?? '/'} ${problems[0]?.message ?? ''}.`, {
        errors: problems,
      });
    },
  });

const codes: Readonly<Record<string, string>> = { whitelistValidation: 'unknown_field', maxLength: 'too_long', minLength: 'too_short' };

function problemOf({ property, constraints }: ValidationError): FieldProblem {
  const entries = Object.entries(constraints ?? {});
  const [rule, message] = entries.at(-1) ?? ['invalid', 'is not valid'];
  const path = `/${property.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (rule === 'whitelistValidation') return { path, code: 'unknown_field', message: 'is not a field here' };
  return { path, code: codes[rule] ?? 'wrong_type', message: message.replace(`${property} `, '') };
}
