import type { DayFormat, Transform } from '../mapping.js';
import { dayFormats } from '../transform.js';

export interface Surroundings {
  readonly locale?: string | undefined;
  readonly zone?: string | undefined;
  readonly country?: string | undefined;
}

/** The decimal mark of a language and country: Germany writes 1.234,56, Switzerland 1'234.56. */
export function decimalMark(locale = 'en'): '.' | ',' {
  const [language, ...rest] = locale.toLowerCase().split(/[-_]/);
  if (rest.some((region) => ['ch', 'li', 'mx', 'gb', 'us', 'ie'].includes(region))) return '.';
  return commaLanguages.has(language ?? '') ? ',' : '.';
}
const commaLanguages = new Set([
  'de',
  'fr',
  'it',
  'es',
  'pt',
  'nl',
  'pl',
  'cs',
  'sk',
  'da',
  'sv',
  'nb',
  'no',
  'fi',
  'ru',
  'uk',
  'tr',
  'hu',
  'ro',
  'el',
  'sl',
  'hr',
  'bg',
]);

/** How a language writes days. */
export const dayFormat = (locale = ''): DayFormat => (['en-us', 'en', ''].includes(locale.toLowerCase().replace('_', '-')) ? 'us' : 'eu');

type Maker = (argument: string, around: Surroundings) => Transform | null;
const formatOf = (text: string, around: Surroundings): DayFormat | null => {
  const wanted = text === '' ? dayFormat(around.locale) : text;
  return dayFormats.find((format) => format === wanted) ?? null;
};

const makers: Readonly<Record<string, Maker>> = {
  date: (argument, around) => {
    const format = formatOf(argument, around);
    return format && { do: 'date', format };
  },
  instant: (argument, around) => {
    const format = formatOf(argument, around);
    return format && { do: 'instant', format, zone: around.zone ?? 'UTC' };
  },
  serial: (argument) =>
    argument === '' || argument === '1900'
      ? { do: 'serial', system: '1900' }
      : argument === '1904'
        ? { do: 'serial', system: '1904' }
        : null,
  startOfDay: () => ({ do: 'startOfDay' }),
  decimal: (argument, around) =>
    argument === '.' || argument === ','
      ? { do: 'decimal', mark: argument }
      : argument === ''
        ? { do: 'decimal', mark: decimalMark(around.locale) }
        : null,
  integer: () => ({ do: 'integer' }),
  boolean: () => ({ do: 'boolean' }),
  scale: (argument) => (/^-?\d{1,12}(\.\d{1,12})?$/.test(argument) ? { do: 'scale', by: argument } : null),
  round: (argument) => (/^\d$/.test(argument) ? { do: 'round', digits: Number(argument) } : null),
  money: (argument) => (/^[A-Z]{3}$/.test(argument) ? { do: 'money', currency: argument } : null),
  phone: (argument, around) => {
    const country = argument || around.country;
    return country !== undefined && /^[A-Za-z]{2}$/.test(country) ? { do: 'phone', country } : null;
  },
  email: () => ({ do: 'email' }),
  url: () => ({ do: 'url' }),
  lower: () => ({ do: 'lower' }),
  upper: () => ({ do: 'upper' }),
  slug: () => ({ do: 'slug' }),
  word: (argument) => {
    const which = (['first', 'last', 'butLast'] as const).find((one) => one === argument);
    return which ? { do: 'word', which } : null;
  },
  cut: (argument) => (/^\d{1,5}$/.test(argument) ? { do: 'cut', max: Number(argument) } : null),
  remove: (argument) => (argument === '' ? null : { do: 'remove', text: argument }),
  append: (argument) => (argument === '' ? null : { do: 'append', text: argument }),
  prepend: (argument) => (argument === '' ? null : { do: 'prepend', text: argument }),
};
export const transformNames = Object.keys(makers);

/** `decimal:,` as a step of turning a cell into a value; null when it means nothing. */
export function readTransform(text: string, around: Surroundings): Transform | null {
  const [name = '', ...argument] = text.split(':');
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  return make?.(argument.join(':'), around) ?? null;
}
