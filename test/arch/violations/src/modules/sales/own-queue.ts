import { Queue } from 'bullmq';

export const reached = Queue;
