import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from '#api/auth/authenticator.js';
import { speakerOf } from '#api/http/speaker.js';
import { problemOf, retryAfter } from '#api/problem.js';
import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import { Runner, type Call } from '#kernel/usecase/runner.js';
import { describeAnalytics } from '../queries/describe-analytics.js';
import { loadAnalytics } from '../queries/load-analytics.js';

const querySchema = { type: 'object', description: "A query in Cube's format, or a list of them.", additionalProperties: true } as const;
const answerSchema = { type: 'object', additionalProperties: true } as const;
type Raw = Readonly<Record<string, unknown>>;

/**
 * Cube's REST API, so that its public client works unchanged: `cube(token, { apiUrl: '…/v1/analytics' })`. It differs from
 * our other routes in two things the client wants: a bare token is taken too, and a problem carries its text as `error`.
 */
@ApiTags('analytics')
@ApiBearerAuth()
@Controller('v1/analytics')
export class AnalyticsController {
  constructor(
    @Inject(Runner) private readonly runner: Runner,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  @Get('load')
  @ApiOperation({ operationId: 'loadAnalyticsByUrl', summary: loadAnalytics.summary, description: loadAnalytics.description })
  @ApiQuery({ name: 'query', description: 'The query as JSON text.' })
  @ApiQuery({ name: 'queryType', required: false, enum: ['multi'], description: '`multi` wraps the answer in a list of results.' })
  @ApiOkResponse({ schema: answerSchema, description: 'Data with annotations.' })
  loadByUrl(@Query() params: Raw, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.answer(request, reply, (call) => this.load(params, call));
  }

  @Post('load')
  @HttpCode(200)
  @ApiOperation({ operationId: 'loadAnalytics', summary: loadAnalytics.summary, description: loadAnalytics.description })
  @ApiBody({
    schema: { type: 'object', required: ['query'], properties: { query: querySchema, queryType: { type: 'string', enum: ['multi'] } } },
  })
  @ApiOkResponse({ schema: answerSchema, description: 'Data with annotations.' })
  loadByBody(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.answer(request, reply, (call) => this.load(body, call));
  }

  /** The client's `subscribe` polls this when it has no socket. */
  @Get('subscribe')
  @ApiOperation({ operationId: 'pollAnalytics', summary: 'The same as load, under the name by which clients poll.' })
  @ApiQuery({ name: 'query', description: 'The query as JSON text.' })
  @ApiOkResponse({ schema: answerSchema, description: 'Data with annotations.' })
  poll(@Query() params: Raw, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.answer(request, reply, (call) => this.load(params, call));
  }

  @Get('meta')
  @ApiOperation({ operationId: 'describeAnalytics', summary: describeAnalytics.summary, description: describeAnalytics.description })
  @ApiOkResponse({ schema: answerSchema, description: 'Cubes.' })
  meta(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.answer(request, reply, async (call) => (await this.runner.run(describeAnalytics, {}, call)).result);
  }

  private async load(input: unknown, call: Call): Promise<object> {
    const { query, queryType } = isRecord(input) ? input : {};
    const { result } = await this.runner.run(loadAnalytics, { query: typeof query === 'string' ? parseJson(query) : query }, call);
    const results = result.results.map((one) => ({ ...one, ...database }));
    if (queryType === 'multi') return { queryType: result.queryType, results, pivotQuery: result.pivotQuery, slowQuery: false };
    if (results.length === 1) return { ...results[0], slowQuery: false };
    throw invalid('analytics.query_invalid', 'Several queries, or a comparison of date ranges, need queryType=multi beside the query.');
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, run: (call: Call) => Promise<unknown>): Promise<unknown> {
    const requestId = request.id;
    try {
      request.principal = await this.authenticator.authenticate(asBearer(request.headers.authorization), request.ip);
      const { tenantId, actor } = request.principal;
      return await run({ tenantId, actor, requestId });
    } catch (error) {
      // A defect is for the common filter to log.
      if (!(error instanceof DomainError)) throw error;
      const speaker = speakerOf(request);
      const problem = problemOf(error, requestId, speaker);
      const wait = retryAfter(error);
      if (wait !== null) void reply.header('retry-after', wait);
      void reply.header('content-language', speaker.language).status(problem.status).type('application/problem+json');
      return { ...problem, error: problem.detail };
    }
  }
}

/** What Cube tells about where an answer came from. */
const database = { dbType: 'postgres', extDbType: 'postgres', external: false } as const;

const isRecord = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Cube's client sends the token alone. */
const asBearer = (header: string | undefined) => (header && !header.includes(' ') ? `Bearer ${header}` : header);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says names an offset in text the caller has; the code says the rest.
    throw invalid('analytics.query_invalid', 'The parameter query is no JSON. Send the query object as JSON text.');
  }
}
