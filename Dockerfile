# Seaworthy as an image: the program, the public CA certificates, and nothing else.
# Build it with
#
#   docker build --build-arg VERSION=$(git describe --tags --always) \
#                --build-arg COMMIT=$(git rev-parse HEAD) -t seaworthy:1.0.0 .

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION=devel COMMIT=
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT" -o /seaworthy ./cmd/seaworthy
# Directories that the empty base image lacks: for the cache and for temporary files.
RUN install -d -m 0700 /empty/cache && install -d -m 1777 /empty/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /empty/cache /cache
COPY --from=build /empty/tmp /tmp
COPY --from=build --chmod=0555 /seaworthy /usr/local/bin/seaworthy
ENV PATH=/usr/local/bin SEAWORTHY_CACHE_DIR=/cache
ARG VERSION=devel COMMIT=
LABEL org.opencontainers.image.title="Seaworthy" \
      org.opencontainers.image.description="Decides whether a container image is safe to run" \
      org.opencontainers.image.source="https://seaworthy.dev/seaworthy" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT"
USER 65532:65532
WORKDIR /work
HEALTHCHECK --interval=5m --timeout=5s CMD ["/usr/local/bin/seaworthy", "version"]
ENTRYPOINT ["/usr/local/bin/seaworthy"]
CMD ["--help"]
