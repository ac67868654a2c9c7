import { Injectable } from '@nestjs/common';

export const reached = Injectable;
