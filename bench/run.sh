#!/usr/bin/env bash
# Every benchmark: in-process (Google Benchmark), then whole commands. Arguments go to whole_process.py.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in build/release/bench/*_bench; do
  echo "== $(basename "$program")"
  "$program" --benchmark_min_time=0.3
done
echo "== whole commands"
python3 bench/whole_process.py "$@"
echo "== completion"
python3 bench/completion.py "$@"
