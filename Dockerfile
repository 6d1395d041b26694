# stackwright with its services. The packages are those of the lock, by their hashes; what only developers need
# is taken out again. It runs as nobody in particular, and writes to its home alone.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/stackwright
COPY requirements.lock ./
RUN /opt/stackwright/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY knowledge knowledge
COPY tools tools
COPY agent agent
COPY service service
COPY evals evals
COPY tui tui
COPY scripts/unneeded.py scripts/unneeded.py
RUN /opt/stackwright/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
 && /opt/stackwright/bin/python scripts/unneeded.py server slack postgres > unneeded \
 && xargs /opt/stackwright/bin/pip uninstall --yes --quiet < unneeded

FROM python:3.12-slim
RUN useradd --system --uid 10001 --user-group --create-home --home-dir /var/lib/stackwright stackwright
COPY --from=build /opt/stackwright /opt/stackwright
ENV PATH=/opt/stackwright/bin:$PATH
ENV PYTHONUNBUFFERED=1
ENV STACKWRIGHT_DATA_DIR=/var/lib/stackwright/data
USER 10001:10001
WORKDIR /var/lib/stackwright
EXPOSE 8321
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8321/healthz', timeout=3)"]
ENTRYPOINT ["stackwright"]
CMD ["serve", "--host", "0.0.0.0"]
