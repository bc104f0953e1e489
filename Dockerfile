# Build: the locked libraries into a virtual environment, and our code, compiled: the root file system is read-only later.
FROM python:3.11-slim AS build
COPY requirements/run.lock /run.lock
RUN python -m venv /venv && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r /run.lock
WORKDIR /app
COPY bot bot
COPY content content
COPY migrations migrations
COPY LICENSE LICENSE
# Whoever builds may keep files to themselves (umask 077); the bot's user has to read them.
RUN python -m compileall -q --invalidation-mode unchecked-hash bot && chmod -R a+rX /app

# Run: that, and a user who owns nothing but /data and /keys.
FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent provodnik && install -d -o provodnik -m 0700 /data /keys
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    BOT_DATA_DIR=/data BOT_KEY_FILE=/keys/key BOT_LISTEN=0.0.0.0:8080
USER provodnik
VOLUME ["/data", "/keys"]
EXPOSE 8080
# Asks where the bot listens, and directly, whatever proxy there is for the rest.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-I", "-c", "import http.client, os, sys; host, _, port = os.environ['BOT_LISTEN'].rpartition(':'); asked = http.client.HTTPConnection(host.strip('[]'), int(port), timeout=4); asked.request('GET', '/healthz'); sys.exit(asked.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
