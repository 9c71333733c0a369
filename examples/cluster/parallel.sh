#!/bin/bash
# A song rendered by several processes of this machine, each a shard, then put together:
# examples/cluster/parallel.sh SONG VIDEO PROCESSES [options of render …]
#   GPUS=4 examples/cluster/parallel.sh song.wav video.mp4 4 --prompt "coral reef"
# With GPUS, process number n sees the GPU n modulo GPUS alone. Stopped, it goes on with the same command.
set -euo pipefail
song=$1 video=$2 processes=$3
shift 3
threads=$(($(nproc) / processes))
export threads=$((threads > 0 ? threads : 1)) GPUS=${GPUS:-0}

one_shard() {
  local shard=$1
  shift
  ((GPUS == 0)) || export CUDA_VISIBLE_DEVICES=$(((${shard%/*} - 1) % GPUS))
  spectradiff render "$@" --shard "$shard" --threads "$threads" --progress never
}
export -f one_shard

shards=() stores=()
for ((i = 1; i <= processes; ++i)); do
  shards+=("$i/$processes")
  stores+=("$video.$i-of-$processes.spectradiff")
done
if [[ $(parallel --version 2>/dev/null) == GNU* ]]; then
  SHELL=$BASH parallel --will-cite --quote -j "$processes" --halt soon,fail=1 one_shard {} "$song" -o "$video" "$@" ::: "${shards[@]}"
else # xargs is everywhere
  printf '%s\0' "${shards[@]}" | xargs -0 -P "$processes" -I{} bash -c 'one_shard "$@"' one_shard {} "$song" -o "$video" "$@"
fi
spectradiff assemble "${stores[@]}" -o "$video" --progress never
rm -- "${stores[@]}"
