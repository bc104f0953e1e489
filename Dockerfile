# Build: the locked libraries into a virtual environment.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements/run.lock requirements/run.lock
RUN python -m venv /venv && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/run.lock

# Run: that environment, our code and content, and a user who owns nothing but /data.
FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent provodnik && install -d -o provodnik -m 0700 /data /keys
COPY --from=build /venv /venv
WORKDIR /app
COPY bot bot
COPY content content
COPY migrations migrations
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    BOT_DATA_DIR=/data BOT_KEY_FILE=/keys/key BOT_LISTEN=0.0.0.0:8080
USER provodnik
VOLUME ["/data", "/keys"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
