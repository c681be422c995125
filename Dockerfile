# The two images: `--target migrator` and `--target operator`. Compiled on Debian 13 with Debian's libraries; the images themselves hold
# no Debian: only the programs, the libraries that these load, certificates and a user. docs/decisions/0013 says why.

FROM debian:trixie-slim AS tools
COPY scripts/install scripts/lib scripts/packages /source/scripts/
RUN /source/scripts/install build
# The PostgreSQL client, whose major version limits which servers can be dumped: up to its own. Debian 13 has 17, others come from
# PostgreSQL's own archive.
ARG PG_MAJOR=17
COPY scripts/image-client scripts/image-root /source/scripts/
RUN /source/scripts/image-client "$PG_MAJOR"
COPY CMakeLists.txt CMakePresets.json /source/
COPY cmake /source/cmake
ENV CCACHE_DIR=/ccache

FROM tools AS compiled-migrator
ARG PG_MAJOR=17
ARG JOBS=2
COPY migrator /source/migrator
COPY operator /source/operator
WORKDIR /source
RUN --mount=type=cache,target=/ccache \
    cmake --preset release -DMIGRATOR_TESTS=OFF && cmake --build build/release -j "$JOBS" --target migrator && \
    scripts/image-root /image build/release/bin/migrator build/release/lib/migrator/*.so \
      "/usr/lib/postgresql/$PG_MAJOR/bin/pg_dump" "/usr/lib/postgresql/$PG_MAJOR/bin/pg_restore" "/usr/lib/postgresql/$PG_MAJOR/bin/psql"

FROM scratch AS migrator
COPY --from=compiled-migrator /image /
ENV PATH=/usr/bin HOME=/tmp LANG=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 10001:10001
WORKDIR /
LABEL org.opencontainers.image.title="migrator" org.opencontainers.image.description="Moves a database's schema to a revision"
ENTRYPOINT ["/usr/bin/migrator"]

FROM compiled-migrator AS compiled-operator
ARG JOBS=2
RUN --mount=type=cache,target=/ccache \
    cmake --build build/release -j "$JOBS" --target migration-operator && \
    scripts/image-root /operator-image build/release/bin/migration-operator

FROM scratch AS operator
COPY --from=compiled-operator /operator-image /
ENV PATH=/usr/bin HOME=/tmp LANG=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 10001:10001
WORKDIR /
LABEL org.opencontainers.image.title="migration-operator" org.opencontainers.image.description="Runs migrations that a Migration resource declares"
ENTRYPOINT ["/usr/bin/migration-operator"]
