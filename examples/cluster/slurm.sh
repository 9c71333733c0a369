#!/bin/bash
# A song rendered by the nodes of a Slurm cluster, then put together: examples/cluster/slurm.sh SONG VIDEO SHARDS [options of render …]
#   SBATCH_OPTIONS="--gres=gpu:1 --time=02:00:00" examples/cluster/slurm.sh song.wav video.mp4 16 --prompt "coral reef"
# Prints the numbers of the two jobs. All paths lie on a disk that every node sees. A shard that is preempted, killed or out of time
# is queued again and goes on where it was.
set -euo pipefail

case ${1:-} in
  --render)
    song=$2 video=$3 shards=$4
    shift 4
    spectradiff render "$song" -o "$video" --shard "$SLURM_ARRAY_TASK_ID/$shards" --threads "${SLURM_CPUS_PER_TASK:-1}" \
      --progress never "$@" &
    trap 'kill -TERM $!' TERM # Slurm's warning before time is up
    code=0
    wait $! || code=$?
    while kill -0 $! 2>/dev/null; do # the signal ended the waiting, not yet the program
      code=0
      wait $! || code=$?
    done
    # Ended by a signal, its own warning or the kernel's: again, a few times. Any other fault would come again.
    ((code < 128 || ${SLURM_RESTART_COUNT:-0} >= 5)) || scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    exit "$code"
    ;;
  --assemble)
    video=$2 shards=$3
    stores=()
    for ((i = 1; i <= shards; ++i)); do stores+=("$video.$i-of-$shards.spectradiff"); done
    spectradiff assemble "${stores[@]}" -o "$video" --progress never
    ;;
  *)
    song=$1 video=$2 shards=$3
    shift 3
    read -ra more <<<"${SBATCH_OPTIONS:-}"
    render=$(sbatch --parsable --array="1-$shards" --cpus-per-task="${CPUS:-4}" --requeue --open-mode=append --signal=B:TERM@60 \
      "${more[@]}" "$0" --render "$song" "$video" "$shards" "$@")
    assemble=$(sbatch --parsable --dependency="afterok:$render" "$0" --assemble "$video" "$shards")
    echo "$render $assemble"
    ;;
esac
