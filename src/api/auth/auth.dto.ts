import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';

export class LoginInput {
  @ApiProperty({ maxLength: 254, example: 'demo@kontor.example' })
  @IsString()
  @MinLength(1)
  @MaxLength(254)
  email!: string;

  @ApiProperty({ maxLength: 256, format: 'password', example: 'kontor-demo' })
  @IsString()
  @MinLength(1)
  @MaxLength(256)
  password!: string;

  @ApiPropertyOptional({
    type: String,
    maxLength: 63,
    description: 'Short name of the company; needed by who works for several with one address.',
    example: 'demo',
  })
  @IsOptional()
  @IsString()
  @MaxLength(63)
  tenant?: string | null;
}

export class RefreshInput {
  @ApiProperty({ maxLength: 200, description: 'The refresh token of the last answer. Each is good once.' })
  @IsString()
  @MaxLength(200)
  refreshToken!: string;
}

export class LogoutInput {
  @ApiPropertyOptional({ maxLength: 200, description: 'Ends the session of this refresh token, even when the access token has expired.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  refreshToken?: string;
}

export class PasswordInput {
  @ApiProperty({ maxLength: 256, format: 'password' })
  @IsString()
  @MaxLength(256)
  currentPassword!: string;

  @ApiProperty({ minLength: 10, maxLength: 256, format: 'password' })
  @IsString()
  @MinLength(10)
  @MaxLength(256)
  newPassword!: string;
}

export class TokenAnswer {
  @ApiProperty({ description: 'Send it as `Authorization: Bearer …`.' })
  accessToken!: string;

  @ApiProperty({ description: 'Trade it for new tokens at /v1/auth/refresh; good once.' })
  refreshToken!: string;

  @ApiProperty({ description: 'Seconds the access token is good for.', example: 900 })
  expiresIn!: number;
}
