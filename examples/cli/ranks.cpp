#include "examples/cli/ranks.h"

#include <cstdlib>
#include <utility>

#include "core/check.h"
#include "examples/cli/program.h"

#ifdef ONEFOLD_HAS_MPI
#include <mpi.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <limits>
#include <sstream>
#include <thread>

#include "core/parallel.h"
#endif

namespace onefold {

namespace {

int this_rank = 0, all_ranks = 1;
ExchangeRecord exchanges;

void add(const Real* values, size_t count, Real* sum) {
  for (size_t i = 0; i < count; ++i) sum[i] += values[i];
}

}  // namespace

int rank() { return this_rank; }
int ranks() { return all_ranks; }
const ExchangeRecord& exchange_record() { return exchanges; }

#ifndef ONEFOLD_HAS_MPI

int run_on_ranks(const std::function<int()>& program) {
  // Else each of them would write all of the files.
  return exit_code_of("mpirun", [&] {
    for (const char* name : {"PMI_SIZE", "OMPI_COMM_WORLD_SIZE"}) {
      const char* size = std::getenv(name);
      check(size == nullptr || size == std::string("1"), "this build runs on one rank, not on ",
            size == nullptr ? "" : size, "; configure it with -DONEFOLD_MPI=ON");
    }
    return program();
  });
}
void check_ranks_agree(const std::string&) {}
int max_over_ranks(int value) { return value; }
void share_with_ranks(Real*, int64_t) {}

void add_in_rank_order(std::vector<Real> values, std::vector<Real>& sum) { add(values.data(), sum.size(), sum.data()); }

#else

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kLaunchersTurn = std::chrono::milliseconds(500);  // Open MPI kills a second after its SIGTERM
std::atomic<bool> all_have_ended = false;
MPI_Comm farewell = MPI_COMM_NULL;  // for all_end() alone, since other ranks may be in an exchange
const MPI_Datatype kReal = sizeof(Real) == sizeof(double) ? MPI_DOUBLE : MPI_FLOAT;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// That a rank was killed is seen here if it was on another machine, else by watch_others() or by mpirun.
void succeed(int result) {
  check(result == MPI_SUCCESS, "another rank cannot be reached: it has ended, or the network is down");
}

int as_int(int64_t count) {
  check(count <= std::numeric_limits<int>::max(), "MPI takes at most 2^31 - 1 values, not ", count, ": use more ranks");
  return static_cast<int>(count);
}

/// By default each rank would start a thread for every core.
void share_cores(int ranks_here) {
  if (ranks_here == 1 || std::getenv("OMP_NUM_THREADS") != nullptr) return;
  set_threads(std::clamp(static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) / ranks_here, 1, threads()));
}

/// A rank that waits in shared memory for one that was killed would wait forever, and not every launcher ends it. So
/// a thread sees when another rank of this machine is gone, lets the launcher go first, and ends this one.
void watch_others(MPI_Comm machine, int ranks_here) {
  struct Process {
    int64_t rank, pid, pid_namespace;
  };
  struct stat own = {};
  stat("/proc/self/ns/pid", &own);
  const Process self = {rank(), getpid(), static_cast<int64_t>(own.st_ino)};
  std::vector<Process> here(static_cast<size_t>(ranks_here));
  MPI_Allgather(&self, 3, MPI_INT64_T, here.data(), 3, MPI_INT64_T, machine);

  // What cannot be watched, as in another container, has -1, which poll() skips.
  std::vector<pollfd> exits;
  for (const Process& other : here) {
    const bool visible = other.rank != self.rank && other.pid_namespace == self.pid_namespace;
    exits.push_back({visible ? static_cast<int>(syscall(SYS_pidfd_open, other.pid, 0)) : -1, POLLIN, 0});
  }
  std::thread([exits, here, self]() mutable {
    while (poll(exits.data(), exits.size(), -1) <= 0) continue;  // a signal woke it
    std::this_thread::sleep_for(kLaunchersTurn);
    if (all_have_ended) return;
    const auto gone = std::find_if(exits.begin(), exits.end(), [](const pollfd& exit) { return exit.revents != 0; });
    const auto ended = here[static_cast<size_t>(gone - exits.begin())].rank;
    const std::string line = "rank " + std::to_string(self.rank) + ": error: rank " + std::to_string(ended) +
                             " was killed or has crashed; --resume goes on from the last checkpoint\n";
    const int64_t speaker = here[gone == exits.begin() ? 1 : 0].rank;
    if (self.rank == speaker && write(STDERR_FILENO, line.data(), line.size()) < 0) _exit(kRunTimeError);
    _exit(kRunTimeError);
  }).detach();
}

/// Keeps std::cout and std::cerr from the terminal while it exists.
class Silence {
 public:
  Silence() : output_(std::cout.rdbuf(unheard_.rdbuf())), errors_(std::cerr.rdbuf(said_.rdbuf())) {}
  ~Silence() {
    std::cout.rdbuf(output_);
    std::cerr.rdbuf(errors_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  /// The error that was reported last, if one was.
  std::string error() const {
    const std::string said = said_.str();
    const size_t at = said.rfind(": error: ");
    return at == std::string::npos ? "" : said.substr(said.rfind('\n', at) + 1);
  }

 private:
  std::ostringstream unheard_, said_;
  std::streambuf *output_, *errors_;
};

/// Whether all ranks end, too: then their exit codes. A rank that succeeds waits for the others.
bool all_end(int code, std::vector<int>& codes) {
  MPI_Request ending = MPI_REQUEST_NULL;
  int done = 0;
  const auto start = Clock::now();
  MPI_Iallgather(&code, 1, MPI_INT, codes.data(), 1, MPI_INT, farewell, &ending);
  while (true) {
    MPI_Test(&ending, &done, MPI_STATUS_IGNORE);
    if (done || (code != kSuccess && Clock::now() - start > kPatience)) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// The first line in which two texts differ: "rank 1 has lr=0.3, rank 0 has lr=0.2".
std::string difference(const std::string& own, const std::string& first) {
  std::istringstream own_lines(own), first_lines(first);
  std::string mine, theirs;
  do {
    if (!std::getline(own_lines, mine)) mine = "nothing";
    if (!std::getline(first_lines, theirs)) theirs = "nothing";
  } while (mine == theirs);
  return "rank " + std::to_string(rank()) + " has " + mine + ", rank 0 has " + theirs;
}

/// Together: the text of the rank `from`.
std::string text_of(int from, std::string text) {
  auto size = static_cast<int>(text.size());
  succeed(MPI_Bcast(&size, 1, MPI_INT, from, MPI_COMM_WORLD));
  text.resize(static_cast<size_t>(size));
  succeed(MPI_Bcast(text.data(), size, MPI_CHAR, from, MPI_COMM_WORLD));
  return text;
}

}  // namespace

int run_on_ranks(const std::function<int()>& program) {
  int threads_allowed = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &threads_allowed);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_dup(MPI_COMM_WORLD, &farewell);
  MPI_Comm_rank(MPI_COMM_WORLD, &this_rank);
  MPI_Comm_size(MPI_COMM_WORLD, &all_ranks);

  MPI_Comm machine = MPI_COMM_NULL;
  int ranks_here = 1;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  MPI_Comm_size(machine, &ranks_here);
  share_cores(ranks_here);
  if (ranks_here > 1) watch_others(machine, ranks_here);
  MPI_Comm_free(&machine);

  int code = kSuccess;
  std::string error;
  if (rank() == 0) {
    code = program();
  } else {
    const Silence silence;
    code = program();
    error = silence.error();
  }
  std::vector<int> codes(static_cast<size_t>(ranks()));
  const bool together = all_end(code, codes);
  all_have_ended = true;
  if (!together || codes[0] != code)
    std::cerr << (error.empty() ? "" : "rank " + std::to_string(rank()) + ": " + error);
  if (!together) MPI_Abort(MPI_COMM_WORLD, code);
  MPI_Finalize();
  return code;
}

void check_ranks_agree(const std::string& lines) {
  if (ranks() == 1) return;
  const std::string first = text_of(0, lines);
  const int differs = -max_over_ranks(lines == first ? -ranks() : -rank());
  if (differs == ranks()) return;
  throw UsageError("the ranks must have the same options, images and build: " +
                   text_of(differs, rank() == differs ? difference(lines, first) : ""));
}

int max_over_ranks(int value) {
  if (ranks() > 1) succeed(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD));
  return value;
}

void share_with_ranks(Real* values, int64_t count) {
  if (ranks() > 1) succeed(MPI_Allreduce(MPI_IN_PLACE, values, as_int(count), kReal, MPI_SUM, MPI_COMM_WORLD));
}

// [exchange]
void add_in_rank_order(std::vector<Real> values, std::vector<Real>& sum) {
  if (ranks() == 1) return add(values.data(), sum.size(), sum.data());

  // A rank adds up one slice: it gets that of every rank, and in the end all get its sum.
  const size_t size = sum.size(), count = static_cast<size_t>(ranks());
  const size_t slice = (size + count - 1) / count;
  const int n = as_int(static_cast<int64_t>(slice));
  std::vector<Real> slices(count * slice);
  values.resize(slices.size());
  sum.resize(slices.size());

  const auto arrived = Clock::now();
  succeed(MPI_Barrier(MPI_COMM_WORLD));
  exchanges.wait_seconds += seconds_since(arrived);
  const auto start = Clock::now();
  succeed(MPI_Alltoall(values.data(), n, kReal, slices.data(), n, kReal, MPI_COMM_WORLD));
  Real* own = sum.data() + static_cast<size_t>(rank()) * slice;
  for (size_t from = 0; from < count; ++from) add(slices.data() + from * slice, slice, own);
  succeed(MPI_Allgather(MPI_IN_PLACE, 0, kReal, sum.data(), n, kReal, MPI_COMM_WORLD));
  sum.resize(size);

  const double seconds = seconds_since(start);
  exchanges.shortest = exchanges.exchanges == 0 ? seconds : std::min(exchanges.shortest, seconds);
  exchanges.seconds += seconds;
  exchanges.bytes_sent += static_cast<int64_t>(2 * (count - 1) * slice * sizeof(Real));
  exchanges.exchanges += 1;
}
// [/exchange]

#endif

}  // namespace onefold
