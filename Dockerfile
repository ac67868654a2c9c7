# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /kontor
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY .swcrc nest-cli.json tsconfig.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-fund --no-audit

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 KONTOR_HOME=/var/lib/kontor
WORKDIR /kontor
COPY --from=build /kontor/package.json ./
COPY --from=build /kontor/node_modules ./node_modules
COPY --from=build /kontor/dist ./dist
COPY migrations ./migrations
COPY docs/errors.md ./docs/errors.md
RUN install -d -o node -g node /var/lib/kontor
USER node
EXPOSE 3000
# The process itself gets the stop signal: no npm, no shell in between.
CMD ["node", "--enable-source-maps", "dist/main.api.js"]
