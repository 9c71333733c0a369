#!/bin/sh
# The ten strongest onsets of a song, as seconds and strength: examples/strongest_onsets.sh song.wav
set -eu
spectradiff analyze "$1" --csv - --series onset | awk -F, 'NR > 1 && $3 > 0 {print $2, $3}' | sort -k2,2gr | head -n 10
