export const error = 'an error';
