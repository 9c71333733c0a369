#!/bin/sh
# Tries values of an option on a few seconds and names the one whose pictures change most with the onsets:
#   examples/choose_strength.sh SONG render strength 0.3 0.45 0.6 0.75
#   examples/choose_strength.sh SONG paint blur 0 2 8
# A table on stderr, the value on stdout: spectradiff render SONG --strength "$(examples/choose_strength.sh …)"
set -eu
song=$1 command=$2 option=$3
shift 3
work=$(mktemp -d "${TMPDIR:-/tmp}/choose.XXXXXX")
trap 'rm -rf "$work"' EXIT
for value in "$@"; do
  spectradiff "$command" "$song" "--$option" "$value" --duration 4 --stats --quiet -o "$work/$value.mp4" |
    awk -v value="$value" '{is[$1] = $2}
      END {print value, is["change_onset_correlation"] == "null" ? -1 : is["change_onset_correlation"], is["flicker"], is["flashes_per_s"]}'
done >"$work/table"
awk -v option="$option" 'BEGIN {printf "%-12s %9s %9s %9s\n", option, "onsets", "flicker", "flashes/s"} {printf "%-12s %9.3f %9.2f %9d\n", $1, $2, $3, $4}' \
  "$work/table" >&2
# More than three flashes a second is out (WCAG 2.3.1), unless nothing else is left.
sort -k2,2gr "$work/table" | awk '{if (!first) first = $1; if ($4 <= 3 && !calm) calm = $1} END {print calm ? calm : first}'
