# Sourced by the scripts beside it: a folder of their own, and a server that is ended with them.

START_SECONDS_MAX=20

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mlwright}
clients=${MLWRIGHT_CLIENTS:-$cache/clients}/bin

folder=$(mktemp -d)
server=
# Ended by its id, and waited for.
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap 'stop; rm -rf "$folder"' EXIT

# Starts a server whose first line on stdout is its address; sets $url.
start() {
  local out=$folder/stdout
  : >"$out"
  "$@" >"$out" 2>"$folder/stderr" </dev/null &
  server=$!
  for ((tries = START_SECONDS_MAX * 10; tries > 0; tries--)); do
    url=$(head -n 1 "$out")
    if [ -n "$url" ]; then return; fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "$1 did not say its address:" >&2
  cat "$folder/stderr" >&2
  exit 1
}
