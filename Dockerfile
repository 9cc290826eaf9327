# Builds books without installing anything but Docker:
#
#     docker build -t bookbuilder .
#     docker run --rm -v "$PWD:/book" bookbuilder build
#
FROM python:3.13-slim-bookworm AS wheel
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps -w /wheels .

FROM python:3.13-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl && rm -r /wheels
# Anybody may run it: files belong to the owner of the book with `--user "$(id -u):$(id -g)"`.
RUN mkdir --mode=1777 /cache
ENV XDG_CACHE_HOME=/cache
WORKDIR /book
ENTRYPOINT ["bookbuilder"]
CMD ["build"]
