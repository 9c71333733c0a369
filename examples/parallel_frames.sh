#!/bin/bash
# One song rendered by several processes at once, joined at the end: examples/parallel_frames.sh SONG VIDEO PROCESSES COMMAND [options …]
#   examples/parallel_frames.sh song.wav video.mp4 4 render --prompt "coral reef" --fps 15
# Every frame is the same whatever process made it: indices, level and beats are those of the whole song.
set -euo pipefail
song=$1 video=$2 processes=$3
shift 3
if [[ -e $video && " $* " != *" -y "* ]]; then
  echo "$video exists; -y replaces it" >&2
  exit 5
fi
frames=$(mktemp -d "${TMPDIR:-/tmp}/frames.XXXXXX")
trap 'rm -rf "$frames"' EXIT

read -r first last < <(spectradiff "$@" "$song" --dry-run -o "$frames/%06d.png" |
  python3 -c 'import json, sys; rows = [row for row in map(json.loads, sys.stdin) if "frame" in row and row.get("shown", True)]; print(rows[0]["frame"], rows[-1]["frame"])')
part=$(((last - first + processes) / processes))

# GNU parallel shows progress and can use other hosts; xargs is everywhere.
spread() {
  if [[ $(parallel --version 2>/dev/null) == GNU* ]]; then
    parallel --will-cite --quote -j "$processes" "$@" {}
  else
    xargs -P "$processes" -I{} "$@" {}
  fi
}
for ((begin = first; begin <= last; begin += part)); do
  end=$((begin + part - 1))
  echo "$begin-$((end < last ? end : last))"
done | spread spectradiff "$@" "$song" --threads 1 --progress never -o "$frames/%06d.png" --frames

# A pattern's first number stands for the song's first frame.
[[ -e $frames/000000.png ]] || cp "$(printf "%s/%06d.png" "$frames" "$first")" "$frames/000000.png"

# The frames shown as they are: --painter image, nothing painted over or blurred. Cut and encoded as the command says.
size=$(python3 -c 'import struct, sys; print("%dx%d" % struct.unpack(">II", open(sys.argv[1], "rb").read(24)[16:]))' \
  "$(printf "%s/%06d.png" "$frames" "$first")")
spectradiff "$@" "$song" --print-config |
  python3 -c 'import json, sys
keys = "overwrite start duration fps video_codec crf encoder_preset pixel_format audio_codec audio_bitrate".split()
settings = json.load(sys.stdin)
print(json.dumps({key: settings[key] for key in keys if key in settings}))' |
  spectradiff paint "$song" --config - --painter image --image "$frames/%06d.png" --size "$size" --paint-turn 0 --paint-zoom 1 --blur 0 -o "$video"
