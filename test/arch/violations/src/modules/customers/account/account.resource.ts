export const account = 'a table of customers';
