# One file for all images: `docker build --target scaler .`, `--target telemetry`, and so on.
# Everything is compiled once; each image holds the packages that its program imports, owned by root and run as `node`.
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
COPY scripts/images scripts/images
COPY loadtests loadtests
COPY scaler scaler
COPY apps apps
# Tests import what is not copied here.
RUN find scaler apps loadtests -name '*.test.ts' -delete && npm run build
RUN mkdir dist/scaler/.bin && ln -s ../cli/main.js dist/scaler/.bin/predictive-scaler

FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY --from=build /build/dist /build/dist

FROM ${NODE_IMAGE} AS base
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
# Reading of settings, which the apps share with the scaler.
COPY --from=build /build/dist/scaler/shared dist/scaler/shared
COPY LICENSE ./
STOPSIGNAL SIGTERM
USER node

FROM modules AS scaler-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/scaler/cli/main.js /build/dist/scaler/cli/health-check.js

FROM base AS scaler
COPY --from=scaler-modules /app ./
# The docs' command, for `kubectl exec` and `docker exec`.
ENV PATH=/app/dist/scaler/.bin:$PATH
COPY proto proto
COPY --from=build /build/dist/scaler dist/scaler
EXPOSE 50051 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/scaler/cli/health-check.js"]
# Calls and queries create many short-lived objects: a larger young generation means fewer pauses to collect them.
ENTRYPOINT ["node", "--max-semi-space-size=64", "dist/scaler/cli/main.js"]
CMD ["serve"]

FROM modules AS telemetry-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/telemetry/main.js

FROM base AS telemetry
COPY --from=telemetry-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/telemetry dist/apps/telemetry
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/telemetry/main.js"]

FROM modules AS pokedex-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/pokedex/main.js

FROM base AS pokedex
COPY --from=pokedex-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/pokedex dist/apps/pokedex
EXPOSE 5000 8689
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8689"]
ENTRYPOINT ["node", "dist/apps/pokedex/main.js"]

FROM modules AS hello-metrics-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/hello-metrics/main.js

FROM base AS hello-metrics
COPY --from=hello-metrics-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/hello-metrics dist/apps/hello-metrics
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/apps/shared/health-check.js", "PORT", "5000"]
ENTRYPOINT ["node", "dist/apps/hello-metrics/main.js"]

FROM modules AS history-simulator-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/history-simulator/main.js

FROM base AS history-simulator
COPY --from=history-simulator-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/history-simulator dist/apps/history-simulator
# A command that ends: there is nothing to ask for its health.
HEALTHCHECK NONE
ENTRYPOINT ["node", "dist/apps/history-simulator/main.js"]

FROM modules AS boiler-producer-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/boiler/producer/main.js

FROM base AS boiler-producer
COPY --from=boiler-producer-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/boiler dist/apps/boiler
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/boiler/producer/main.js"]

FROM modules AS boiler-consumer-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/boiler/consumer/main.js

FROM base AS boiler-consumer
COPY --from=boiler-consumer-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/boiler dist/apps/boiler
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/boiler/consumer/main.js"]

FROM modules AS boiler-dashboard-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/boiler/dashboard/main.js

FROM base AS boiler-dashboard
COPY --from=boiler-dashboard-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/boiler dist/apps/boiler
EXPOSE 8090 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/boiler/dashboard/main.js"]

FROM modules AS metric-sender-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/metric-sender/sender/main.js

FROM base AS metric-sender
COPY --from=metric-sender-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/metric-sender dist/apps/metric-sender
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/metric-sender/sender/main.js"]

FROM modules AS metric-receiver-modules
RUN node /build/dist/scripts/images/prune-packages.js /build/dist/apps/metric-sender/receiver/main.js

FROM base AS metric-receiver
COPY --from=metric-receiver-modules /app ./
COPY --from=build /build/dist/apps/shared dist/apps/shared
COPY --from=build /build/dist/apps/metric-sender dist/apps/metric-sender
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "dist/apps/shared/health-check.js", "METRICS_PORT", "8001"]
ENTRYPOINT ["node", "dist/apps/metric-sender/receiver/main.js"]
