export const customers = 'customers';
