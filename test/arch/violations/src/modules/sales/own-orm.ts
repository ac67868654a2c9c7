import { DataSource } from 'typeorm';

export const reached = DataSource;
