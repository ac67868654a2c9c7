import { Body, Controller, Headers, HttpCode, Inject, Ip, Post, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthFlows, type Tokens } from './auth-flows.js';
import { LoginInput, LogoutInput, PasswordInput, RefreshInput, TokenAnswer } from './auth.dto.js';
import { bodyPipe } from './body-pipe.js';

@ApiTags('auth')
@Controller('v1/auth')
@UsePipes(bodyPipe())
export class AuthController {
  constructor(@Inject(AuthFlows) private readonly flows: AuthFlows) {}

  @Post('login')
  @HttpCode(200)
  @ApiOperation({ operationId: 'login', summary: 'Sign in with e-mail address and password.' })
  @ApiBody({ type: LoginInput })
  @ApiOkResponse({ type: TokenAnswer, description: 'Signed in.' })
  login(@Body() input: LoginInput, @Ip() ip: string, @Headers('user-agent') userAgent?: string): Promise<Tokens> {
    const { email, password, tenant } = input;
    return this.flows.login({ email, password, tenant: tenant || null }, { ip, userAgent: userAgent ?? null });
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'refresh',
    summary: 'Trade a refresh token for new tokens.',
    description: 'A token that comes back after its successor was used ends the session: somebody has a copy.',
  })
  @ApiBody({ type: RefreshInput })
  @ApiOkResponse({ type: TokenAnswer, description: 'New tokens.' })
  refresh(@Body() input: RefreshInput): Promise<Tokens> {
    return this.flows.refresh(input.refreshToken);
  }

  @Post('logout')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'logout', summary: 'End the session; its tokens are refused at once.' })
  @ApiBody({ type: LogoutInput, required: false })
  @ApiNoContentResponse({ description: 'Signed out.' })
  logout(@Body() input: LogoutInput | undefined, @Headers('authorization') authorization?: string): Promise<void> {
    return this.flows.logout(authorization, input?.refreshToken);
  }

  @Post('password')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'changePassword', summary: 'Change the own password; all other sessions end at once.' })
  @ApiBody({ type: PasswordInput })
  @ApiNoContentResponse({ description: 'Changed.' })
  changePassword(@Body() input: PasswordInput, @Ip() ip: string, @Headers('authorization') authorization?: string): Promise<void> {
    return this.flows.changePassword(authorization, input.currentPassword, input.newPassword, { ip, userAgent: null });
  }
}
