# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /portal

# What runs, and apart from it what compiles the stylesheet.
COPY requirements.txt requirements-demo.txt ./
RUN python -m venv /opt/portal && /opt/portal/bin/pip install --require-hashes --requirement requirements.txt
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --require-hashes --requirement requirements-demo.txt

COPY . .
RUN /opt/tools/bin/python -m dev.assets \
    && SECRET_KEY=of-the-build-only ALLOWED_HOSTS=build DATABASE_URL=postgres://build REDIS_URL=redis://build \
       /opt/portal/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r dev requirements*.txt


FROM python:3.11-slim-bookworm

ENV PATH=/opt/portal/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=oura_success.settings.production \
    DATA_DIR=/data

RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 0750 /data

COPY --from=build /opt/portal /opt/portal
COPY --from=build /portal /portal

WORKDIR /portal
USER portal
VOLUME /data
EXPOSE 8000

CMD ["gunicorn", "oura_success.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
