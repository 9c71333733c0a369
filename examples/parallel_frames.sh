#!/bin/bash
# One song rendered by several processes at once, joined at the end: examples/parallel_frames.sh SONG VIDEO PROCESSES COMMAND [options …]
#   examples/parallel_frames.sh song.wav video.mp4 4 render --prompt "coral reef" --fps 15
# Every frame is the same whatever process made it: indices, level and beats are those of the whole song.
set -euo pipefail
song=$1 video=$2 processes=$3
shift 3
frames=$(mktemp -d "${TMPDIR:-/tmp}/frames.XXXXXX")
trap 'rm -rf "$frames"' EXIT

read -r total fps < <(spectradiff "$@" "$song" --dry-run -o "$frames/%06d.png" |
  python3 -c 'import json, sys; plan = json.load(sys.stdin); print(plan["song_frames"], plan["fps"])')
part=$(((total + processes - 1) / processes))

# GNU parallel shows progress and can use other hosts; xargs is everywhere.
spread() {
  if command -v parallel >/dev/null; then
    parallel --will-cite -j "$processes" "$@" {}
  else
    xargs -P "$processes" -I{} "$@" {}
  fi
}
for ((first = 0; first < total; first += part)); do
  echo "$first-$((first + part - 1 < total ? first + part - 1 : total - 1))"
done | spread spectradiff "$@" "$song" --threads 1 --progress never -o "$frames/%06d.png" --frames

# The frames shown as they are, with the song: --painter image, nothing painted over or blurred.
spectradiff paint "$song" --painter image --image "$frames/%06d.png" --fps "$fps" --blur 0 \
  --size "$(python3 -c 'import struct, sys; print("%dx%d" % struct.unpack(">II", open(sys.argv[1], "rb").read(24)[16:]))' "$frames/000000.png")" -o "$video"
