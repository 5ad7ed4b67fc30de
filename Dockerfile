# One file for all images: `docker build --target scaler .`, `--target telemetry`, and so on.
# Everything is compiled once; each image holds what its programs need at run time, owned by root and run as `node`.
# The base is pinned by its full version; add its digest where your policy asks for one (docker buildx imagetools inspect).
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY proto proto
COPY docs docs
COPY scripts/build.js scripts/
COPY loadtests loadtests
COPY scaler scaler
COPY apps apps
# Tests import what is not copied here.
RUN find scaler apps loadtests -name '*.test.ts' -delete && npm run build

FROM ${NODE_IMAGE} AS modules
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM ${NODE_IMAGE} AS base
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=modules /build/node_modules node_modules
STOPSIGNAL SIGTERM
USER node

FROM base AS scaler
COPY proto proto
COPY --from=build /build/dist/scaler dist/scaler
EXPOSE 50051 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/scaler/cli/health-check.js"]
ENTRYPOINT ["node", "dist/scaler/cli/main.js"]
CMD ["serve"]

FROM base AS telemetry
COPY --from=build /build/dist/apps dist/apps
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/telemetry/main.js"]

FROM base AS pokedex
COPY --from=build /build/dist/apps dist/apps
EXPOSE 5000 8689
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8689"]
ENTRYPOINT ["node", "dist/apps/pokedex/main.js"]

FROM base AS hello-metrics
COPY --from=build /build/dist/apps dist/apps
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/apps/shared/health-check.js", "PORT", "5000"]
ENTRYPOINT ["node", "dist/apps/hello-metrics/main.js"]

FROM base AS history-simulator
COPY --from=build /build/dist/apps dist/apps
# A command that ends: there is nothing to ask for its health.
HEALTHCHECK NONE
ENTRYPOINT ["node", "dist/apps/history-simulator/main.js"]

FROM base AS boiler-producer
COPY --from=build /build/dist/apps dist/apps
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/boiler/producer/main.js"]

FROM base AS boiler-consumer
COPY --from=build /build/dist/apps dist/apps
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/boiler/consumer/main.js"]

FROM base AS boiler-dashboard
COPY --from=build /build/dist/apps dist/apps
EXPOSE 8090 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/boiler/dashboard/main.js"]

FROM base AS metric-sender
COPY --from=build /build/dist/apps dist/apps
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/metric-sender/sender/main.js"]

FROM base AS metric-receiver
COPY --from=build /build/dist/apps dist/apps
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/metric-sender/receiver/main.js"]
