import { Module, type DynamicModule } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AuthFlows } from './auth-flows.js';
import { Authenticator } from './authenticator.js';
import { PrincipalGuard } from './principal.guard.js';

/** Signing in, and the Authenticator for every other transport. */
@Module({})
export class AuthModule {
  static of(flows: AuthFlows, authenticator: Authenticator): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      controllers: [AuthController],
      providers: [{ provide: AuthFlows, useValue: flows }, { provide: Authenticator, useValue: authenticator }, PrincipalGuard],
      exports: [Authenticator, PrincipalGuard],
    };
  }
}
