import { personName } from './person-name.js';

test('the family comes first where it does in the language of the person', () => {
  const nagy = { firstName: 'Anna', lastName: 'Nagy' };
  expect([personName(nagy, 'de-AT'), personName(nagy, 'hu'), personName(nagy, 'hu-HU'), personName(nagy, null)]).toEqual([
    'Anna Nagy',
    'Nagy Anna',
    'Nagy Anna',
    'Anna Nagy',
  ]);
});

test('names in signs stand close together, family first, whoever reads them', () => {
  expect(personName({ firstName: '太郎', lastName: '山田' }, 'en')).toBe('山田太郎');
  expect(personName({ firstName: 'Taro', lastName: 'Yamada' }, 'ja')).toBe('Yamada Taro');
});

test('one name alone is the whole name', () => {
  expect(personName({ firstName: null, lastName: ' Ng ' }, 'de')).toBe('Ng');
  expect(personName({ firstName: '', lastName: null }, 'hu')).toBe('');
});
