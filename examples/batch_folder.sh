#!/bin/sh
# A video of every song in a folder, one model load for all: examples/batch_folder.sh SONGS VIDEOS [options of batch …]
# What is there already with the same settings is skipped, so that it can be run again and again.
set -eu
songs=$1 videos=$2
shift 2
mkdir -p "$videos"
for song in "$songs"/*; do
  case $song in
    *.wav | *.flac | *.mp3 | *.ogg | *.m4a)
      name=$(basename "$song")
      # jq writes any name as JSON; so does python3.
      python3 -c 'import json, sys; print(json.dumps({"id": sys.argv[1], "audio": sys.argv[2], "output": sys.argv[3]}))' \
        "$name" "$song" "$videos/${name%.*}.mp4"
      ;;
  esac
done | spectradiff batch - "$@"
