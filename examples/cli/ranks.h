#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/real.h"

namespace onefold {

// Ranks are the processes that train one network together, as `mpirun -n N PROGRAM` starts them. What mpirun did not
// start is rank 0 of 1, and so is everything in a build without ONEFOLD_MPI.
//
// "Together" means that all ranks must call a function, in the same order, and that each waits there for the others.

/// The number of this process, from 0, and how many there are.
int rank();
int ranks();

/// Runs a program on every rank and returns its exit code. Ranks of one machine share its cores, unless OMP_NUM_THREADS
/// says otherwise. Rank 0 alone prints; of the others one hears what rank 0 does not say, an error of their own. If a
/// rank fails and the others do not end within three seconds, it ends them, with its exit code. If one is killed, the
/// others of its machine exit with kRunTimeError, unless the launcher kills them first.
int run_on_ranks(const std::function<int()>& program);

/// Together: throws UsageError, which shows the first line that differs, unless all ranks give the same lines.
void check_ranks_agree(const std::string& lines);

/// Together: the maximum of the ranks' values.
int max_over_ranks(int value);

/// Together: adds the values of rank 0 to `sum`, which is the same on all ranks, then those of rank 1, and so on. So
/// the result has the same bits on every rank, and those of one process that adds them in that order.
void add_in_rank_order(std::vector<Real> values, std::vector<Real>& sum);

/// Together: of each value, all ranks but one have zero; gives all of them that one's.
void share_with_ranks(Real* values, int64_t count);

/// What add_in_rank_order() has done so far, on this rank.
struct ExchangeRecord {
  int64_t exchanges = 0;
  int64_t bytes_sent = 0;   // to other ranks
  double wait_seconds = 0;  // until the last rank had come
  double seconds = 0;       // from then on
  double shortest = 0;      // the seconds of the shortest
};
const ExchangeRecord& exchange_record();

}  // namespace onefold
