import { Controller, HttpCode, Req, Res, UseGuards, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unauthorized } from '#kernel/errors/domain-error.js';
import { deprecationReason, type Deprecation } from '#kernel/resource/deprecation.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { ownResource } from '#kernel/variants/module-off.js';
import type { Call } from '#kernel/usecase/runner.js';
import type { Principal } from '../auth/principal.js';
import { originOf } from '../http/origin.js';
import { PrincipalGuard } from '../auth/principal.guard.js';
import { tellDeprecation, type Deprecated } from './deprecations.js';
import { isDryRun, tellDryRun } from './dry-run.js';
import { tellWarnings } from './warnings.js';

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
export interface Route {
  /** Name of the method; also part of the operation id. */
  readonly name: string;
  readonly decorators: readonly MethodDecorator[];
  readonly status?: number;
  readonly deprecated?: Deprecated;
  readonly handle: Handler;
}

/** A Nest controller made of values. The one place that speaks the decorators' protocol by hand. */
export function controllerOf(name: string, path: string, tag: string, routes: readonly Route[]): Type<object> {
  const Made = { [name]: class {} }[name] as Type<object>;
  const prototype = Made.prototype as Record<string, unknown>;
  for (const route of routes) {
    prototype[route.name] = async (request: FastifyRequest, reply: FastifyReply) => {
      if (route.deprecated) tellDeprecation(route.deprecated, request, reply);
      tellDryRun(request, reply);
      const answered = await route.handle(request, reply);
      tellWarnings(request, reply);
      return answered;
    };
    // Swagger ignores the parameters of a method whose parameter types are not known.
    Reflect.defineMetadata('design:paramtypes', [Object, Object], prototype, route.name);
    Req()(prototype, route.name, 0);
    Res({ passthrough: true })(prototype, route.name, 1);
    const descriptor = Object.getOwnPropertyDescriptor(prototype, route.name) as PropertyDescriptor;
    for (const decorate of [...route.decorators, HttpCode(route.status ?? 200)]) decorate(prototype, route.name, descriptor);
    const going = route.deprecated?.route;
    if (going) markGoing(going)(prototype, route.name, descriptor);
  }
  ApiTags(tag)(Made);
  ApiBearerAuth()(Made);
  UseGuards(PrincipalGuard)(Made);
  Controller(path)(Made);
  return Made;
}

/** Says so beside what the operation says of itself. */
const markGoing =
  (going: Deprecation): MethodDecorator =>
  (prototype, name, descriptor) => {
    const said = Reflect.getMetadata('swagger/apiOperation', descriptor.value as object) as { readonly description?: string };
    const description = [said.description, deprecationReason(going)].filter(Boolean).join('\n\n');
    ApiOperation({ ...said, description, deprecated: true })(prototype, name, descriptor);
  };

export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw unauthorized('auth.required', 'Sign in first.');
  return request.principal;
}

/** The resource as the caller's company has it; refused when its module is off there. */
export const ownOf = (request: FastifyRequest, resource: Resource): Resource => ownResource(principalOf(request).definitions, resource);

/** What the runner needs to know of a request. */
export function callOf(request: FastifyRequest): Call {
  const { tenantId, actor } = principalOf(request);
  const key = request.headers['idempotency-key'];
  return {
    tenantId,
    actor,
    requestId: request.id,
    origin: originOf(request),
    warned: (warnings) => {
      request.warnings = warnings;
    },
    ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
    ...(isDryRun(request) ? { dryRun: true } : {}),
  };
}

export function json(reply: FastifyReply, text: string): string {
  void reply.header('content-type', 'application/json; charset=utf-8');
  return text;
}

export const paramOf = (request: FastifyRequest, name: string): string => (request.params as Record<string, string>)[name] ?? '';
export const queryOf = (request: FastifyRequest): Readonly<Record<string, unknown>> => request.query as Record<string, unknown>;
